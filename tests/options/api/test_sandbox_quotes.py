import pytest
from django.test import Client

from options.models import PinnedQuote

QUOTES = "/v1/sandbox/quotes"
SAMPLE = {"bid": "189.90", "ask": "190.10", "bid_size": 10, "ask_size": 10, "last": "190.00"}
SHOWN = {"bid": "189.9", "ask": "190.1", "bid_size": 10, "ask_size": 10, "last": "190"}


def test_quotes_are_pinned_listed_and_let_go(acme_api, overview):
    pinned = acme_api.put(QUOTES, {"AAPL": SAMPLE, "TSLA240126P00210000": {"bid": 6.9, "ask": "7.00"}})
    listed = acme_api.get(QUOTES)
    released = acme_api.delete(QUOTES)

    assert (pinned.status_code, listed.status_code) == (200, 200)
    assert pinned.json() == listed.json() == {"AAPL": SHOWN, "TSLA240126P00210000": {"bid": "6.9", "ask": "7"}}
    assert (released.status_code, released.content) == (204, b"")
    assert acme_api.get(QUOTES).json() == {}


def test_only_the_named_quotes_are_let_go(acme_api, overview):
    acme_api.put(QUOTES, {"AAPL": SAMPLE, "TSLA": SAMPLE, "QS": SAMPLE})

    assert acme_api.delete(f"{QUOTES}?symbols=TSLA,QS,NOPE").status_code == 204

    assert set(acme_api.get(QUOTES).json()) == {"AAPL"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "at least one symbol is needed"),
        ({"NOPE": SAMPLE}, "NOPE: no such symbol"),
        ({"AAPL260116C00190000": SAMPLE}, "AAPL260116C00190000: no such symbol"),
        ({"TSLA": {"bid": "2", "ask": "1"}}, "TSLA.bid: the bid 2.0000 is above the ask 1.0000"),
        ({"TSLA": {"bid": "-1"}}, "TSLA.bid: must not be negative"),
        ({"TSLA": {"ask": "0"}}, "TSLA.ask: must be above zero"),
        ({"TSLA": {"bid": "much"}}, "TSLA.bid: must be a number"),
        ({"TSLA": {"last": "1.00001"}}, "TSLA.last: must have at most 4 decimal places"),
        ({"TSLA": {"bid": "1", "bid_size": "some"}}, "TSLA.bid_size: must be a whole number"),
        ({"TSLA": {"bid": "1", "bid_size": -1}}, "TSLA.bid_size: must not be negative"),
        ({"TSLA": {"offer": "1"}}, "TSLA.offer: is not a field of a quote"),
        ({"TSLA": {}}, "TSLA.bid: a quote needs a bid, an ask or a last price"),
        ({"TSLA": "1"}, "TSLA: must be an object with bid, ask, bid_size, ask_size or last"),
    ],
    ids=str,
)
def test_one_bad_quote_is_named_and_nothing_is_pinned(acme_api, overview, body, said):
    response = acme_api.put(QUOTES, {"AAPL": SAMPLE, **body} if body else body)

    assert (response.status_code, response.json()["code"]) == (422, 40010001)
    assert response.json()["message"] == said
    assert not PinnedQuote.objects.exists()


@pytest.mark.parametrize(("body", "message"), [("[]", "request body format is invalid"), ("{", "failed to decode")])
def test_a_malformed_body_is_refused(acme_api, overview, body, message):
    response = acme_api.put(QUOTES, body)

    assert (response.status_code, response.json()["code"]) == (400, 40010000)
    assert response.json()["message"].startswith(message)


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_in_production_there_is_no_such_door(acme_api, overview, settings, method):
    settings.STRIKEBOOK_MODE = "production"

    response = getattr(acme_api, method)(QUOTES)

    assert (response.status_code, response.json()["code"]) == (404, 40410000)


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_nobody_moves_the_market(db, method):
    assert getattr(Client(), method)(QUOTES).status_code == 401
