"""Do not exercise over REST: every row of contract/trading.md 4.4, and our own list and withdrawal."""

import pytest

from options.models import OptionContract
from tests.cast import ApiClient
from tests.factories import make_account_key
from tests.market import CALL, LONG_CALL
from tests.trading.instructions import EXPIRES, make_holder, written

EARLY = "dne requests are only accepted on the expiration day of the option contract"


@pytest.fixture
def holder(acme, overview_market, clock_at):
    """Somebody long three calls, at eleven on the morning that they expire."""
    account = make_holder(acme.correspondent)
    clock_at(f"{EXPIRES} 11:00")
    return account


def path(account, symbol=LONG_CALL):
    return f"/v1/trading/accounts/{account.pk}/positions/{symbol}/do-not-exercise"


def test_a_position_is_marked_listed_and_withdrawn(holder, acme_api):
    by_id = OptionContract.objects.get(asset__symbol=LONG_CALL).pk
    marked = acme_api.post(path(holder))
    part = acme_api.post(path(holder, by_id), {"qty": "2"})
    listed = acme_api.get(f"/v1/trading/accounts/{holder.pk}/do-not-exercise?status=in_force,superseded&limit=1").json()
    rest = acme_api.get(
        f"/v1/trading/accounts/{holder.pk}/do-not-exercise?limit=1&page_token={listed['next_page_token']}"
    ).json()
    withdrawn = acme_api.delete(path(holder))

    assert [(one.status_code, one.content) for one in (marked, part, withdrawn)] == [(200, b""), (200, b""), (204, b"")]
    [newest], [oldest] = listed["instructions"], rest["instructions"]
    assert (newest["qty"], newest["status"], newest["symbol"]) == ("2", "in_force", LONG_CALL)
    assert (oldest["qty"], oldest["status"], rest["next_page_token"]) == ("3", "superseded", None)
    assert acme_api.delete(path(holder)).status_code == 404
    assert acme_api.get(f"/v1/trading/accounts/{holder.pk}/do-not-exercise?page_token=x").status_code == 422


def test_every_refusal_has_the_published_body_and_writes_nothing(holder, acme_api, globex_api, clock_at):
    before = written()

    def refused(*, symbol=LONG_CALL, body="", at="11:00", client=acme_api):
        clock_at(at if " " in at else f"{EXPIRES} {at}")
        answer = client.post(path(holder, symbol), body)
        return answer.status_code, answer.json()["code"], answer.json()["message"]

    assert refused(symbol="AAPL") == (422, 42210000, "invalid symbol_or_contract_id")
    assert refused(symbol="%20") == (422, 42210000, "symbol missing")
    assert refused(symbol=CALL) == (404, 40410000, f"long position not found: {CALL}")
    assert refused(at="2024-01-25 11:00") == (403, 40310000, EARLY)
    assert refused(at="17:30") == (403, 40310000, "dne requests are not accepted after 17:30 ET")
    assert refused(symbol=CALL, at="17:30") == (403, 40310000, "dne requests are not accepted after 17:30 ET")
    said = "no available position for the specified contract"
    assert refused(at="2024-01-29 11:00") == (403, 40310000, said)
    said = "insufficient qty available (requested: 4, available: 3)"
    assert refused(body={"qty": 4}) == (403, 40310000, said)
    assert refused(body={"qty": "many"})[:2] == (422, 40010001)
    assert refused(body=[])[:2] == (400, 40010000)
    assert refused(client=globex_api)[0] == 404
    OptionContract.objects.filter(asset__symbol=LONG_CALL).update(style="european")
    assert refused() == (403, 40310000, "do-not-exercise is not applicable for European-style options")
    assert written() == before


def test_an_accounts_own_key_marks_its_positions(holder):
    own = ApiClient(*make_account_key(holder))

    assert own.post(f"/v2/positions/{LONG_CALL}/do-not-exercise").status_code == 200
    assert own.get("/v2/do-not-exercise").json()["instructions"][0]["source"] == "api"
    assert own.delete(f"/v2/positions/{LONG_CALL}/do-not-exercise").status_code == 204
