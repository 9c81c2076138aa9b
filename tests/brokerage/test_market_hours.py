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
