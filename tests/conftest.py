"""Fixtures for every test."""

import pytest

from tests.cast import acme, acme_api, globex, globex_api, ops, reader, rop
from tests.market import clock_at, dollars, overview_market

__all__ = ["acme", "acme_api", "clock_at", "dollars", "globex", "globex_api", "ops", "overview_market", "reader", "rop"]


@pytest.fixture(autouse=True)
def _static_files_as_they_are(settings):
    """Name static files as they are in the tree: `serve` collects them under names with a hash."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Hash the passwords of the cast in no time: the real hashers take a third of a second each."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
