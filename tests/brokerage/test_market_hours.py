"""`/v1/calendar`: the sessions, as far as the calendar knows when they settle."""

import pytest


@pytest.mark.parametrize("query", [{}, {"end": "9999-12-31"}, {"start": "2029-12-20", "end": "2029-12-31"}])
def test_the_calendar_ends_with_the_last_day_that_is_known_to_settle(acme_api, query):
    response = acme_api.get("/v1/calendar", query)

    last = response.json()[-1]
    assert response.status_code == 200
    assert (last["date"], last["settlement_date"]) == ("2029-12-28", "2029-12-31")


def test_a_calendar_beyond_what_is_known_is_empty(acme_api):
    assert acme_api.get("/v1/calendar?start=2029-12-31&end=9999-12-31").json() == []


def test_the_calendar_is_asked_by_days_of_settlement_too(acme_api):
    """A Wednesday's trades settle on the Friday after Thanksgiving."""
    query = {"start": "2026-11-27", "end": "2026-11-30"}

    by_trade = acme_api.get("/v1/calendar", query).json()
    by_settlement = acme_api.get("/v1/calendar", query | {"date_type": "SETTLEMENT"}).json()
    unknown = acme_api.get("/v1/calendar", query | {"date_type": "BOTH"})

    assert [day["date"] for day in by_trade] == ["2026-11-27", "2026-11-30"]
    assert [day["date"] for day in by_settlement] == ["2026-11-25", "2026-11-27"]
    assert (unknown.status_code, unknown.json()["code"]) == (422, 40010001)
    assert len(acme_api.get("/v1/calendar?date_type=SETTLEMENT&end=1990-01-12").json()) == 8
