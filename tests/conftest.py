"""Fixtures for every test."""

from tests.cast import acme, acme_api, globex, globex_api, ops, reader, rop

__all__ = ["acme", "acme_api", "globex", "globex_api", "ops", "reader", "rop"]
