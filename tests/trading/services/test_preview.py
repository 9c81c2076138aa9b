"""Previewing an order: the submit path without the write, with fees, needs and outcome."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.errors import AccountNotFound
from brokerage import clock
from brokerage.errors import BrokerageError, NotPermitted
from options.errors import UncoveredCall
from tests.factories import change_row, nowhere
from tests.ledger import everything
from tests.market import CALL, LONG_CALL, PUT, SMALL_PUT, make_trader, order_request, pin, submit, trade
from trading.choices import FeeBasis, FeeKind
from trading.errors import ClientOrderIdReused, InsufficientForFees
from trading.instruments import read_holdings
from trading.models import AccruedFee, FeeRate, Order, Refusal
from trading.rules.intents import INTENT_HEADER, REASON_HEADER
from trading.services.fee_rates import import_fee_rates, import_fee_rates_once
from trading.services.orders import submit_order
from trading.services.preview import preview_order
from trading.services.replacing import Changes, replace_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(acme, overview_market):
    """An account of level 2 with cash and a hundred shares."""
    return make_trader(acme.correspondent, cash="25000", level=2, shares={"AAPL": 100})


def said(act):
    """Answer what an act answers, or how it was refused."""
    try:
        return act()
    except BrokerageError as refusal:
        return refusal


def charge(amount, kind=FeeKind.OCC):
    FeeRate.objects.create(
        kind=kind,
        asset_class="us_option",
        basis=FeeBasis.PER_UNIT,
        rate=Decimal(amount),
        effective_from=date(2024, 1, 1),
        notice="a test",
        entered_at=clock.now(),
    )


def preview(account, acme, symbol, side, qty="1", limit=None, **fields):
    request = order_request(symbol, side, qty, limit, **fields)
    return preview_order(actor=acme.api_user, account_id=account.pk, request=request)


def test_a_written_put_is_previewed_line_by_line_and_nothing_is_written(writer, acme):
    charge("0.025")
    before = everything()

    found = preview(writer, acme, PUT, "sell", limit="6.90")

    assert [(line.label, line.detail, line.amount) for line in found.needs] == [
        ("Strike, if assigned", "1 contract × 210.00 × 100", 21_000),
        ("Premium to be received", "1 contract × 6.90 × 100", -690),
        ("Fees", "estimated, each kind up to the cent", Decimal("0.03")),
    ]
    assert (found.held_quantity, found.held_unit, found.fees_amount) == (Decimal("20310.03"), "USD", Decimal("0.03"))
    assert (found.buying_power_before, found.buying_power_after) == (25_000, Decimal("4689.97"))
    assert (found.strategy, found.level_needed, found.level_there) == ("cash_secured_put", 1, 2)
    assert (found.outcome.max_gain, found.outcome.breakeven) == (Decimal("689.97"), Decimal("203.1003"))
    assert (found.intent, found.intent_reason) == (
        "sell_to_open",
        f"the account has no position in {PUT}, so selling opens",
    )
    assert everything() == before


@pytest.mark.parametrize(
    ("symbol", "side", "qty", "limit"),
    [
        (LONG_CALL, "buy", "2", None),
        (CALL, "sell", "1", "150.00"),
        (SMALL_PUT, "sell", "3", None),
        ("QS", "buy", "10", None),
        ("AAPL", "sell", "100", "200.00"),
        (CALL, "sell", "2", None),
        (PUT, "sell", "2", None),
        (LONG_CALL, "buy", "1", "5.333"),
        ("ZZZZ", "buy", "1", None),
    ],
)
def test_a_preview_says_what_submitting_then_does(writer, acme, symbol, side, qty, limit):
    charge("0.025")

    previewed = said(lambda: preview(writer, acme, symbol, side, qty, limit))
    submitted = said(lambda: submit(writer, symbol, side, qty, limit))

    if isinstance(submitted, BrokerageError):
        assert (previewed.body(), previewed.headers) == (submitted.body(), submitted.headers)
        return
    assert (previewed.intent, previewed.strategy) == (submitted.position_intent, submitted.strategy)
    assert 0 <= previewed.held_quantity - submitted.hold_quantity < Decimal("0.01")
    assert previewed.buying_power_after == max(read_holdings(writer.pk).free_cash, 0)


def test_a_refused_preview_is_not_kept(writer, acme):
    before = everything()

    with pytest.raises(UncoveredCall):
        preview(writer, acme, CALL, "sell", "2")

    assert everything() == before
    assert not Refusal.objects.exists()


def test_a_used_client_order_id_is_seen_in_the_preview_too(writer, acme):
    submit(writer, CALL, "sell", client_order_id="mine")

    with pytest.raises(ClientOrderIdReused):
        preview(writer, acme, LONG_CALL, "buy", client_order_id="mine")


def test_the_outcome_of_a_covered_call_knows_what_the_shares_cost(acme, overview_market):
    account = make_trader(acme.correspondent, cash="19010")
    pin("AAPL", "189.90", "190.10")
    trade(account, "AAPL", "buy", "100")

    found = preview(account, acme, CALL, "sell", limit="145.00")

    assert (found.held_quantity, found.held_unit) == (100, "AAPL")
    assert (found.outcome.max_loss, found.outcome.max_gain) == (4_510, 490)
    assert found.outcome.breakeven == Decimal("45.1")


def test_closing_realizes_its_part_of_the_cost(writer, acme):
    pin(LONG_CALL, "6.00", "6.05")
    trade(writer, LONG_CALL, "buy", "2")

    found = preview(writer, acme, LONG_CALL, "sell", limit="5.30")

    assert (found.strategy, found.level_needed, found.outcome.max_loss) == ("closing", 0, 75)


def test_who_may_not_order_may_not_preview_and_the_neighbor_sees_no_account(writer, acme, globex):
    request = order_request(CALL, "sell")

    with pytest.raises(NotPermitted):
        preview_order(actor=acme.reader, account_id=writer.pk, request=request)
    for actor, account_id in ((globex.api_user, writer.pk), (acme.api_user, nowhere())):
        with pytest.raises(AccountNotFound):
            preview_order(actor=actor, account_id=account_id, request=request)


# --- Fees ----------------------------------------------------------------------------------------


def test_fees_are_the_second_condition_and_have_a_refusal_of_their_own(acme, overview_market):
    charge("0.025")
    account = make_trader(acme.correspondent, cash="530.02")
    before = everything()

    with pytest.raises(InsufficientForFees) as refusal:
        submit(account, LONG_CALL, "buy", limit="5.30")

    assert everything() == before
    assert refusal.value.body() == {
        "code": 40310000,
        "message": "insufficient buying power for fees (required: 530.03, of it fees: 0.03, available: 530.02)",
        "required": "530.03",
        "fees": "0.03",
        "available": "530.02",
    }


def test_fees_that_are_owed_are_no_buying_power_any_more(writer, acme):
    now = clock.now()
    for kind, exact in ((FeeKind.OCC, "0.025"), (FeeKind.CAT, "0.0048")):
        AccruedFee.objects.create(account=writer, trade_date=now.date(), kind=kind, exact_amount=Decimal(exact))

    holdings = read_holdings(writer.pk, ())

    assert (holdings.accrued_fees, holdings.free_cash) == (Decimal("0.04"), Decimal("24999.96"))


def test_the_trade_date_picks_the_rate(writer, acme, clock_at):
    charge("0.025")
    FeeRate.objects.create(
        kind=FeeKind.OCC,
        asset_class="us_option",
        basis=FeeBasis.PER_UNIT,
        rate=Decimal("0.5"),
        effective_from=date(2024, 1, 25),
        notice="from the next day on",
        entered_at=clock.now(),
    )

    today = preview(writer, acme, LONG_CALL, "buy", limit="5.00").fees_amount
    clock_at("2024-01-25 10:00")

    assert (today, preview(writer, acme, LONG_CALL, "buy", limit="5.00").fees_amount) == (
        Decimal("0.03"),
        Decimal("0.50"),
    )


def test_the_published_rates_load_once_and_only_once(db):
    import_fee_rates_once()
    count = FeeRate.objects.count()

    again = import_fee_rates()

    assert (again.added, again.unchanged, FeeRate.objects.count()) == (0, count, count)


def test_a_bad_file_of_rates_loads_nothing(db, tmp_path):
    header = "kind,asset_class,side,exchange,basis,rate,cap_amount,effective_from,notice"
    good = "OCC,us_option,,,per_unit,0.025,,2025-02-15,SR-OCC-2025-002"
    for bad in (good.replace("0.025", "cheap"), good.replace("0.025", "0.03"), good + ",more"):
        file = tmp_path / "rates.csv"
        file.write_text("\n".join([header, good, bad]))
        with pytest.raises(BrokerageError, match="line 3: "):
            import_fee_rates(file=file)

    assert not FeeRate.objects.exists()


# --- Intent --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [{}, {"time_in_force": "gtc"}, {"commission": Decimal(1)}, {"qty": Decimal("1.5")}, {"client_order_id": "mine"}],
)
def test_every_refused_option_order_tells_which_intent_was_inferred_and_why(writer, acme, fields):
    submit(writer, LONG_CALL, "buy", client_order_id="mine")
    request = order_request(CALL, "sell", "2")
    changed = type(request)(**{**vars(request), **fields})

    with pytest.raises(BrokerageError) as refusal:
        submit_order(actor=acme.api_user, account_id=writer.pk, request=changed)

    reason = f"the account has no position in {CALL}, so selling opens"
    assert refusal.value.headers == {INTENT_HEADER: "sell_to_open", REASON_HEADER: reason}
    kept = Refusal.objects.get()
    assert (kept.symbol, kept.facts["position_intent"], kept.facts["intent_reason"]) == (CALL, "sell_to_open", reason)


def test_the_refusal_of_a_replacement_is_kept_with_its_symbol(writer, acme):
    order = trade(writer, LONG_CALL, "buy", limit="5.00")

    with pytest.raises(BrokerageError):
        replace_order(
            actor=acme.api_user, account_id=writer.pk, order_id=order.pk, changes=Changes(limit_price=Decimal("900.00"))
        )

    kept = Refusal.objects.get()
    assert (kept.symbol, kept.reason) == (LONG_CALL, "insufficient_options_buying_power")
    assert kept.facts["position_intent"] == "buy_to_open"


def test_two_orders_of_which_one_replaces_the_other_close_once(writer, acme):
    pin(SMALL_PUT, "0.10", "0.12")
    trade(writer, SMALL_PUT, "sell", "2")
    first = trade(writer, SMALL_PUT, "buy", "1", limit="0.05")
    replacement = replace_order(
        actor=acme.api_user, account_id=writer.pk, order_id=first.pk, changes=Changes(limit_price=Decimal("0.10"))
    )
    assert Order.objects.get(pk=first.pk).status == "pending_replace"
    assert replacement.status == "accepted"

    closing = read_holdings(writer.pk, ()).line(first.asset_id).closing

    assert closing == 1
    assert submit(writer, SMALL_PUT, "buy", "1", limit="0.05").position_intent == "buy_to_close"


def test_a_subtag_is_kept_and_shown_and_routing_instructions_are_refused(writer, acme_api):
    path = f"/v1/trading/accounts/{writer.pk}/orders"
    body = {"symbol": CALL, "qty": "1", "side": "sell", "type": "market", "time_in_force": "day"}

    tagged = acme_api.post(path, body | {"subtag": "desk-7", "source": "web"})
    routed = acme_api.post(path, body | {"advanced_instructions": {"algorithm": "VWAP"}})

    assert (tagged.status_code, tagged.json()["subtag"]) == (200, "desk-7")
    assert (routed.status_code, routed.json()["message"]) == (422, "instructions for routing are not supported")


def test_an_account_that_may_not_trade_previews_nothing(writer, acme):
    change_row(writer, trading_blocked=True)

    with pytest.raises(BrokerageError, match="account is not authorized to trade"):
        preview(writer, acme, CALL, "sell")
