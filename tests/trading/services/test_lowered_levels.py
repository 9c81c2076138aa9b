"""What a level that a principal lowers blocks, and what it leaves alone (AA-13, AA-14)."""

import pytest

from accounts.api.streams import CARRIED, event_json
from brokerage.models import Event
from options.choices import ReasonCode
from options.errors import LevelTooLow
from options.services.level_reviews import decide_level_review, open_level_review
from tests.market import LONG_CALL, held, make_trader, submit, trade
from trading.choices import OrderStatus

pytestmark = pytest.mark.usefixtures("overview_market")
WHY = "The customer has retired and lives on savings"


@pytest.fixture
def trader(acme):
    return make_trader(acme.correspondent, cash="10000")


def lower(rop, account, level):
    review = open_level_review(actor=rop, account_id=account.pk, reason=WHY)
    decide_level_review(actor=rop, review_id=review.pk, level=level, reason_code=ReasonCode.FACTS_CHANGED, reason=WHY)
    account.refresh_from_db()


@pytest.mark.parametrize("level", [1, 0])
def test_a_lowered_level_blocks_opening_and_never_closing(rop, trader, level):
    trade(trader, LONG_CALL, "buy", "2")
    lower(rop, trader, level)

    with pytest.raises(LevelTooLow):
        submit(trader, LONG_CALL, "buy")
    sold = trade(trader, LONG_CALL, "sell", "2")

    assert (sold.status, held(trader, LONG_CALL)) == (OrderStatus.FILLED, 0)


def test_an_opening_order_that_rests_stays_as_it_was_accepted(rop, trader):
    resting = trade(trader, LONG_CALL, "buy", "1", "5.00")
    before = (resting.status, resting.updated_at)

    lower(rop, trader, 0)

    resting.refresh_from_db()
    assert (resting.status, resting.updated_at) == before
    assert resting.status == OrderStatus.NEW


def test_a_lowered_level_is_told_on_the_account_status_stream(rop, trader):
    lower(rop, trader, 1)

    told = Event.objects.filter(account_id=trader.pk, type__in=CARRIED).latest("id")
    assert told.type == "options.level_lowered"
    assert event_json(told)["options"] == {"approved_level_from": 2, "approved_level_to": 1}
    internal = Event.objects.filter(account_id=trader.pk, type__regex=r"^(options_application|level_review)")
    assert not CARRIED & set(internal.values_list("type", flat=True))
