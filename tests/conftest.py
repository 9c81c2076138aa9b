"""Fixtures for every test."""

import pytest
from django.apps import apps
from django.contrib.contenttypes.management import create_contenttypes
from django.db.models.signals import post_migrate
from hypothesis import HealthCheck, settings

from accounts.services.users import system_user
from options.services.dollars import dollars as make_dollars
from tests.cast import acme, acme_api, globex, globex_api, ops, reader, rop
from tests.market import clock_at, overview_market

LONG = (
    "tests/browser/test_accessibility",
    "tests/stories/",
    "tests/compatibility/",
    "tests/test_bench",
    "tests/brokerage/test_serve",
)

__all__ = ["acme", "acme_api", "clock_at", "globex", "globex_api", "ops", "overview_market", "reader", "rop"]

# How long a machine takes to make up an example says nothing about the code.
settings.register_profile("strikebook", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("strikebook")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes, so that no worker is left with one when the other is done."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(scope="session", autouse=True)
def _standing_rows_outlive_a_flush():
    """Put back what migrations inserted, after a transactional test has flushed every table.

    What Django puts back by itself are rows that nothing reads, roles being a table in code; it would take longer
    than the flush.
    """
    assert post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    assert post_migrate.disconnect(create_contenttypes)

    def put_back(**_):
        make_dollars()
        system_user()

    post_migrate.connect(put_back, sender=apps.get_app_config("trading"), weak=False)


@pytest.fixture(autouse=True)
def _static_files_as_they_are(settings):
    """Name static files as they are in the tree: `serve` collects them under names with a hash."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Hash the passwords of the cast in no time: the real hashers take a third of a second each."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
