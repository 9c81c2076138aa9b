"""Ids in paths, and methods that no path has."""

import pytest
from django.urls import URLPattern, get_resolver
from django.urls.converters import UUIDConverter

from tests.factories import make_account, nowhere

pytestmark = pytest.mark.django_db


def patterns(resolver):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry.pattern
        else:
            yield entry.pattern
            yield from patterns(entry)


def test_an_id_is_found_in_either_case(acme, acme_api, client):
    account = make_account(acme.correspondent)
    client.force_login(acme.ops)

    for written in (str(account.pk), str(account.pk).upper()):
        assert acme_api.get(f"/v1/accounts/{written}").json()["id"] == str(account.pk)
        assert acme_api.get(f"/v1/trading/accounts/{written}/account").json()["id"] == str(account.pk)
        assert client.get(f"/accounts/{written}").status_code == 200


def test_what_is_no_id_is_no_path(acme_api):
    for written in ("x", f"{nowhere()}0", str(nowhere()).replace("-", ""), str(nowhere()).replace("-", "_")):
        assert acme_api.get(f"/v1/trading/accounts/{written}/account").status_code == 404


def test_no_route_takes_ids_in_lower_case_only():
    names = [
        (str(pattern), name)
        for pattern in patterns(get_resolver())
        for name, converter in getattr(pattern, "converters", {}).items()
        if isinstance(converter, UUIDConverter)
    ]

    assert names == []


@pytest.mark.parametrize("path", ["/v1/accounts", "/v1/accounts/{}", "/v1/trading/accounts/{}/orders", "/v1/clock"])
def test_no_view_describes_itself(acme, acme_api, path):
    account = make_account(acme.correspondent)

    answer = acme_api.options(path.format(account.pk))

    assert (answer.status_code, answer.json()["code"]) == (405, 40510000)
    assert "GET" in answer["Allow"]
    assert "OPTIONS" not in answer["Allow"]
