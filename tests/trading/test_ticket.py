"""The ticket and an order's own page: what they show, whose they are, and that nothing is sent twice."""

import re
from decimal import Decimal

import pytest

from accounts.choices import Role
from brokerage.models import Event
from tests.factories import make_customer, make_staff
from tests.market import CALL, LONG_CALL, PUT, give_cash, held, hold_shares, make_trader, submit, trade
from tests.trading.rates import charge
from trading.api.serializers import OrderRequestSerializer, ReplaceSerializer
from trading.choices import FeeKind, OrderOrigin
from trading.forms_ticket import OrderForm, ReplaceForm
from trading.models import Order, Refusal
from trading.payoff import draw_payoff, profit_at
from trading.refusal_words import plain_words
from trading.rules.preview import PayoffPoint
from trading.selectors import read_balances
from trading.services.venue_reports import acknowledge_order
from trading.venues.paper import PaperVenue

HTMX = {"HX-Request": "true"}
# What no order can have here: the API takes these to refuse them by name, and partners' systems mark orders.
ONLY_ON_THE_WIRE = {"notional", "extended_hours", "order_class", "legs", "take_profit", "stop_loss", "stop_price"}
ONLY_ON_THE_WIRE |= {"commission", "commission_type", "commission_bps", "swap_fee_bps", "trail", "subtag", "source"}
ONLY_ON_THE_WIRE |= {"instructions", "advanced_instructions", "trail_price", "trail_percent"}
WRITE = {"symbol": CALL, "side": "sell", "qty": "1", "type": "limit", "limit_price": "140", "time_in_force": "day"}


@pytest.fixture
def account(acme, overview_market):
    """An account at level 2 with 100 AAPL, which cover one call."""
    account = make_trader(acme.correspondent, cash="50000")
    hold_shares(account, "AAPL", 100)
    return account


@pytest.fixture
def desk(client, account, ops):
    """The browser in which Acme's operations clerk is signed in."""
    client.force_login(ops)
    return client


@pytest.fixture
def path(account):
    return f"/accounts/{account.pk}/trade"


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def order_path(order, act=""):
    return f"/accounts/{order.account_id}/orders/{order.pk}{act}"


def one_time_id(response):
    return re.search(r'name="client_order_id" value="([0-9a-f-]{36})"', response.content.decode())[1]


def said_of(response, field):
    found = re.search(rf'id="said-{field}"[^>]*>(.*?)</p>', response.content.decode(), re.S)[1]
    return " ".join(re.sub(r"<[^>]+>", " ", found).split())


def nothing_written():
    return (Order.objects.count(), Refusal.objects.count(), Event.objects.count())


# --- Whose it is -------------------------------------------------------------------------------------


def test_the_form_and_the_api_parse_the_same_fields_into_the_same_request():
    assert set(OrderForm.base_fields) == set(OrderRequestSerializer().fields) - ONLY_ON_THE_WIRE
    assert set(ReplaceForm.base_fields) == set(ReplaceSerializer().fields) - ONLY_ON_THE_WIRE

    typed = WRITE | {"symbol": CALL.lower(), "position_intent": "sell_to_open", "client_order_id": "mine"}
    form, sent = OrderForm(typed), OrderRequestSerializer(data=typed)
    assert form.is_valid()
    assert sent.is_valid()
    assert form.to_request() == sent.to_request()


@pytest.mark.parametrize("text", ["1e31", "NaN", "Infinity", "one", "1e999999"])
def test_a_quantity_that_is_no_number_is_told_on_its_field(desk, path, text):
    before = nothing_written()

    answer = desk.post(path, WRITE | {"qty": text})

    assert answer.status_code == 422
    assert said_of(answer, "qty") == "Quantity must be a number, such as 3."
    assert nothing_written() == before


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ROP, Role.COMPLIANCE])
def test_who_may_not_trade_gets_no_ticket_and_no_link_to_it(client, acme, account, path, role):
    client.force_login(make_staff(role, acme.correspondent, email="somebody@acme.example"))

    assert client.get(path).status_code == 403
    assert client.post(path, WRITE | {"confirmed": "yes"}).status_code == 403
    assert client.post(f"{path}/preview", WRITE).status_code == 403
    assert client.get(f"{path}/quote?symbol=AAPL").status_code == 403
    assert path not in client.get(f"/accounts/{account.pk}/header").content.decode()
    assert not Order.objects.exists()


def test_the_neighbor_finds_nothing_and_nobody_signs_in(client, globex, account, path):
    order = submit(account, "AAPL", "buy", "1", "1")
    pages = [path, f"{path}/quote", order_path(order), order_path(order, "/cancel"), order_path(order, "/replace")]

    assert [client.get(page).status_code for page in pages] == [302] * 5
    client.force_login(globex.ops)
    assert [client.get(page).status_code for page in pages] == [404] * 5
    assert [client.post(page).status_code for page in (path, f"{path}/preview", pages[3], pages[4])] == [404] * 4


def test_an_order_is_not_found_under_another_account(desk, acme, account):
    order = submit(account, "AAPL", "buy", "1", "1")
    other = make_trader(acme.correspondent)

    assert desk.get(f"/accounts/{other.pk}/orders/{order.pk}").status_code == 404


def test_an_order_that_the_firm_entered_says_why(desk, account):
    order = submit(account, "AAPL", "buy", "1", "1")
    why = "in the money by 7.57 at 217.43; needs 100 AAPL, 0 AAPL free (expiration-1)"
    Order.objects.filter(pk=order.pk).update(origin=OrderOrigin.LIQUIDATION, origin_reason=why)

    page = words(desk.get(order_path(order)))

    assert f"Why {why[0].upper()}{why[1:]}" in page
    assert "to close it before it expires" in page


# --- The ticket --------------------------------------------------------------------------------------


def test_from_a_position_the_ticket_shows_at_once_what_closing_it_comes_to(desk, account, path):
    shown = words(desk.get(f"{path}?symbol=AAPL&qty=100&intent=sell_to_close"))

    assert "Sell 100 AAPL" in shown
    assert "Limit 189.90, good for the day." in shown
    assert "the account holds 100 shares of AAPL, so selling closes." in shown
    assert "none needed" in shown


def test_the_preview_says_what_a_covered_call_is_needs_and_can_become(desk, path):
    answer = desk.post(f"{path}/preview", WRITE, headers=HTMX)

    shown = words(answer)
    assert "Sell to open 1 AAPL Jan 26 2024 50 Call : a covered call." in shown
    assert "needs 1, has 2" in shown
    assert "Held while it is open 100 AAPL" in shown
    assert "If assigned, you will deliver 100 shares of AAPL and receive $5,000.00." in shown
    assert said_of(answer, "qty") == ""
    assert 'hx-swap-oob="true"' in answer.content.decode()


def test_what_is_still_to_be_typed_is_waited_for_and_not_refused(desk, path):
    before = nothing_written()

    shown = words(desk.post(f"{path}/preview", WRITE | {"qty": "", "limit_price": ""}, headers=HTMX))

    assert "Still to be typed: quantity, limit price." in shown
    assert nothing_written() == before


def test_a_refusal_stands_on_its_field_with_the_intent_that_was_inferred_and_the_remedy(desk, path):
    before = nothing_written()

    seen = desk.post(f"{path}/preview", WRITE | {"qty": "2"}, headers=HTMX)
    sent = desk.post(path, WRITE | {"qty": "2"})

    sentence = "Insufficient underlying quantity available for covered call (required: 200, available: 100)."
    assert (seen.status_code, sent.status_code) == (200, 422)
    for answer in (seen, sent):
        assert said_of(answer, "qty") == sentence
        assert "Sell to open: the account has no position in AAPL240126C00050000, so selling opens." in words(answer)
        assert "Buy or free 100 more shares of the underlying, or sell fewer calls." in words(answer)
    assert nothing_written() == before


def test_a_mismatched_intent_and_a_market_order_with_a_limit_are_told_on_their_fields(desk, path):
    mismatched = desk.post(f"{path}/preview", WRITE | {"position_intent": "sell_to_close"})
    limited = desk.post(f"{path}/preview", WRITE | {"type": "market"})

    assert said_of(mismatched, "position_intent").startswith("Position intent mismatch, inferred: sell to open")
    assert said_of(limited, "limit_price") == "Limit price is only valid for limit orders."


def test_the_lists_lead_from_an_underlying_to_the_nearest_contract(desk, path):
    picked = desk.get(f"{path}?underlying=aapl&expiration=2024-01-26&right=call&strike=52&side=sell")
    shares = desk.get(f"{path}?underlying=AAPL&expiration=&right=call&strike=50&symbol={CALL}")
    unknown = desk.get(f"{path}?underlying=NOPE")

    assert f'value="{CALL}"' in picked.content.decode()
    assert 'name="limit_price" value="140.00"' in picked.content.decode()
    assert "Sell to open 1 AAPL Jan 26 2024 50 Call" in words(picked)
    assert 'name="symbol" value="AAPL"' in shares.content.decode()
    assert "Still to be typed: limit price." in words(unknown)


def test_quotes_say_how_old_they_are(desk, path):
    shown = words(desk.get(f"{path}/quote?symbol={CALL}", headers=HTMX))

    assert "AAPL Jan 26 2024 50 Call 140.00 × 10 140.50 × 10 — 10:00:00 now" in shown
    assert "AAPL 189.90 × 10 190.10 × 10 190.00 10:00:00 now" in shown
    assert words(desk.get(f"{path}/quote?symbol=NOPE", headers=HTMX)) == ""
    assert desk.get(f"{path}/quote?symbol=AAPL").url == f"{path}?symbol=AAPL"


def test_a_fragment_is_its_part_of_the_page(desk, path):
    strip = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
    address = f"{path}?symbol={CALL}&side=sell"

    fragment = strip.sub("", desk.get(address, headers=HTMX).content.decode())

    assert fragment.strip() in strip.sub("", desk.get(address).content.decode())


def suggested(response):
    page = response.content.decode()
    limit = re.search(r'name="limit_price"(?: value="([^"]*)")?', page)[1] or ""
    return limit, re.search(r'name="suggested" value="([^"]*)"', page)[1]


def test_a_limit_that_nobody_typed_belongs_to_one_symbol_and_a_typed_one_stays(desk, path):
    shown = desk.get(f"{path}?symbol=AAPL")
    assert suggested(shown) == ("190.10", "AAPL 190.10")
    form = {"symbol": CALL, "side": "buy", "qty": "1", "type": "limit", "time_in_force": "day"}
    carried = {"limit_price": "190.10", "suggested": "AAPL 190.10"}

    typed_on = desk.post(f"{path}/preview", form | carried, headers=HTMX)
    reviewed = desk.post(path, form | carried)
    unknown = desk.post(f"{path}/preview", form | carried | {"symbol": "AAPL2401"}, headers=HTMX)
    own = desk.post(f"{path}/preview", form | carried | {"limit_price": "139"}, headers=HTMX)

    assert suggested(typed_on) == ("140.50", f"{CALL} 140.50")
    assert ", limit 140.50, good for the day" in words(reviewed)
    assert suggested(unknown) == ("", "AAPL2401 ")
    assert 'id="field-limit_price"' not in own.content.decode()
    assert "Limit 139.00" in words(own)


def test_the_ticket_leads_to_the_first_field_to_fill(desk, path):
    def focused(query):
        return re.findall(r'<input[^>]* name="(\w+)"[^>]* autofocus', desk.get(f"{path}{query}").content.decode())

    assert focused("") == ["underlying"]
    assert focused("?symbol=AAPL") == ["qty"]
    assert focused("?underlying=AAPL") == []


def test_a_contract_or_an_account_that_cannot_trade_is_said_at_once(desk, account, path, clock_at):
    clock_at("2024-01-29 10:00")
    expired = desk.get(f"{path}?symbol={CALL}")
    type(account).objects.filter(pk=account.pk).update(trading_blocked=True)
    blocked = desk.get(path)

    assert said_of(expired, "symbol") == f"Contract &quot;{CALL}&quot; is expired."
    assert "Choose a contract with a later expiration." in words(expired)
    assert "It would be refused. This account may not trade." in words(blocked)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"qty": "0"}, "qty", "The quantity must be more than 0."),
        ({"qty": "10001"}, "qty", "The quantity must be at most 10,000."),
        ({"limit_price": "0"}, "limit_price", "The limit price must be more than 0, and at most 1,000,000."),
        ({"time_in_force": "gtc"}, "time_in_force", "Orders for options are good for the day only."),
    ],
)
def test_refusals_are_said_in_the_words_of_the_form_and_kept_in_those_of_the_wire(
    desk, account, path, typed, field, sentence
):
    answer = desk.post(path, WRITE | typed | {"confirmed": "yes"})

    assert said_of(answer, field) == sentence
    assert 'class="remedy"' in answer.content.decode()
    assert plain_words(Refusal.objects.get().message) + "." == sentence
    assert sentence.removesuffix(".") in words(desk.get(f"/accounts/{account.pk}/refusals"))


def test_a_sale_says_what_it_brings_in_and_when_that_settles(desk, path):
    shown = words(desk.get(f"{path}?symbol=AAPL&qty=100&intent=sell_to_close"))

    assert "Proceeds 100 × 189.90 $18,990.00" in shown
    assert "Net, when it fills settles Jan 26, 2024 if it fills Jan 24, 2024 $18,990.00" in shown
    assert "the proceeds count once it fills" in shown


# --- Sent, once --------------------------------------------------------------------------------------


def test_without_script_an_order_is_said_once_more_and_sent_once_however_often_it_is_confirmed(desk, account, path):
    confirm = desk.post(path, WRITE)
    assert confirm.status_code == 200
    assert "Sell to open 1 AAPL Jan 26 2024 50 Call , limit 140.00, good for the day, for" in words(confirm)
    assert not Order.objects.exists()

    form = WRITE | {"client_order_id": one_time_id(confirm), "confirmed": "yes"}
    answers = [desk.post(path, form) for _ in range(2)]

    order = Order.objects.get()
    assert [answer.url for answer in answers] == [order_path(order)] * 2
    assert (order.position_intent, order.limit_price) == ("sell_to_open", Decimal(140))
    assert not Refusal.objects.exists()


def test_another_order_under_the_same_id_is_refused(desk, account, path):
    form = WRITE | {"client_order_id": "mine", "confirmed": "yes"}
    desk.post(path, form)

    answer = desk.post(path, form | {"limit_price": "141"})

    assert answer.status_code == 422
    assert said_of(answer, "client_order_id") == "This client order ID was used before in this account."
    assert Order.objects.count() == 1


def test_what_was_possible_when_it_was_reviewed_is_refused_when_it_is_not_any_more(desk, account, path):
    form = WRITE | {"client_order_id": one_time_id(desk.post(path, WRITE)), "confirmed": "yes"}
    submit(account, "AAPL", "sell", "1")

    answer = desk.post(path, form)

    assert answer.status_code == 422
    assert said_of(answer, "qty").startswith("Insufficient underlying quantity available for covered call")
    assert Order.objects.count() == 1
    assert Refusal.objects.get().reason == "uncovered_call"


# --- One order ---------------------------------------------------------------------------------------


def test_an_orders_page_tells_its_executions_and_how_it_went(desk, account):
    order = trade(account, CALL, "sell", "1", "140")

    shown = words(desk.get(order_path(order)))

    assert "Sell to open 1 AAPL Jan 26 2024 50 Call" in shown
    assert "Filled Limit 140.00, good for the day" in shown
    assert "Jan 24, 2024 10:00:00 1 140.00" in shown
    assert "+14,000.00 −1 Jan 25, 2024" in shown
    assert "Filled Venue Jan 24, 2024 10:00:00 ET 1 at 140.00; 1 of 1 done" in shown
    assert "Accepted, on its way to the venue The holder’s platform" in shown
    assert "Holds Nothing: the order has ended." in shown
    assert order_path(order, "/cancel") not in desk.get(order_path(order)).content.decode()


def test_an_order_that_rests_says_what_it_holds_and_why_and_is_canceled_once_that_is_confirmed(desk, account, ops):
    order = submit(account, PUT, "sell", "1", "7.50")
    acknowledge_order(order_id=order.pk, at=order.submitted_at)
    assert "$20,250.00: the strike, less the premium to be received." in words(desk.get(order_path(order)))

    asked = desk.get(order_path(order, "/cancel"))
    assert "Sell to open 1 TSLA Jan 26 2024 210 Put , limit 7.50" in words(asked)
    assert "When the venue confirms. Until then it is live, and may still fill." in words(asked)
    order.refresh_from_db()
    assert order.status == "new"

    assert desk.post(order_path(order, "/cancel")).url == order_path(order)
    PaperVenue().cancel(order.pk)

    shown = words(desk.get(order_path(order)))
    assert f"Cancellation asked for {ops}" in shown
    assert "Canceled Venue" in shown
    again = desk.get(order_path(order, "/cancel"), follow=True)
    assert "The order cannot be canceled. It has ended: canceled." in words(again)


def test_a_replacement_is_said_once_more_sent_once_and_the_chain_leads_both_ways(desk, account):
    order = submit(account, "AAPL", "buy", "3", "100")
    acknowledge_order(order_id=order.pk, at=order.submitted_at)
    path = order_path(order, "/replace")
    wanted = {"qty": "5", "limit_price": "101", "time_in_force": "day"}
    nothing = desk.post(path, wanted | {"qty": "0"})
    assert said_of(nothing, "qty") == "The quantity must be more than 0."
    assert "Ask for one or more" in words(nothing)
    unchanged = desk.post(path, wanted | {"qty": "3", "limit_price": "100"})
    assert unchanged.status_code == 422
    assert "Nothing is changed." in words(unchanged)

    confirm = desk.post(path, wanted)
    assert "Then Buy 5 AAPL , limit 101.00, good for the day" in words(confirm)
    assert "3 shares" not in words(confirm)
    assert "5 shares × 101.00" in words(confirm)
    assert "$505.00" in words(confirm)
    assert read_balances(account).buying_power == 49_700
    assert "Before $49,700.00 Comes free from the order replaced $300.00 After $49,495.00" in words(confirm)
    form = wanted | {"client_order_id": one_time_id(confirm), "confirmed": "yes"}
    answers = [desk.post(path, form) for _ in range(2)]

    replacement = Order.objects.get(replaces=order)
    assert [answer.url for answer in answers] == [order_path(replacement)] * 2
    assert order_path(replacement) in desk.get(order_path(order)).content.decode()
    PaperVenue().replace(replacement.pk)
    shown = desk.get(order_path(replacement)).content.decode()
    assert f'href="{order_path(order)}"' in shown
    assert "This order" in shown


def test_a_principal_may_cancel_and_not_replace_and_a_viewer_neither(client, acme, account, rop, reader):
    order = submit(account, "AAPL", "buy", "3", "100")
    acknowledge_order(order_id=order.pk, at=order.submitted_at)

    client.force_login(rop)
    assert order_path(order, "/replace") not in client.get(order_path(order)).content.decode()
    assert client.get(order_path(order, "/replace")).status_code == 403
    assert client.get(order_path(order, "/cancel")).status_code == 200
    client.force_login(reader)
    assert client.post(order_path(order, "/cancel")).status_code == 403
    assert "/cancel" not in client.get(order_path(order)).content.decode()
    order.refresh_from_db()
    assert order.status == "new"


def test_a_customer_reads_their_own_order_and_is_told_no_names(client, acme, account, ops):
    customer = make_customer(acme.correspondent)
    type(account).objects.filter(pk=account.pk).update(owner=customer)
    client.force_login(ops)
    client.post(f"/accounts/{account.pk}/trade", WRITE | {"client_order_id": "one", "confirmed": "yes"})
    order = Order.objects.get()
    client.post(order_path(order, "/cancel"))

    client.force_login(customer)
    answer = client.get(order_path(order))

    assert answer.status_code == 200
    assert "Entered by Your broker" in words(answer)
    assert str(ops) not in words(answer)
    assert order_path(order, "/cancel") not in answer.content.decode()
    assert client.get(f"/accounts/{account.pk}/trade").status_code == 403
    assert held(account, CALL) == 0


def test_an_orders_page_adds_up_its_estimated_fees_and_names_no_end_that_it_did_not_have(desk, account):
    charge(FeeKind.ORF, "0.02")
    charge(FeeKind.OCC, "0.025")
    resting = submit(account, LONG_CALL, "buy", "1", "5.00")
    filled = trade(account, LONG_CALL, "buy", "1", "5.40")

    held_page, shown = words(desk.get(order_path(resting))), words(desk.get(order_path(filled)))

    assert "the premium and fees to be paid." in held_page
    assert "Expires" in held_page
    assert "Good until" not in shown
    assert "$0.02" in shown
    assert "All fees $0.05" in shown
    assert "Charged once a day, each kind’s total rounded up to the cent" in shown


def test_an_orders_fragment_is_its_part_of_the_page(desk, account):
    order = trade(account, "AAPL", "buy", "1")

    fragment = desk.get(order_path(order), headers=HTMX).content.decode()

    assert fragment.strip() in desk.get(order_path(order)).content.decode()


def test_an_orders_page_takes_as_many_queries_for_many_executions_as_for_one(
    desk, account, django_assert_max_num_queries
):
    give_cash(account, "50000")
    order = trade(account, "AAPL", "buy", "1")

    with django_assert_max_num_queries(20):
        desk.get(order_path(order), headers=HTMX)


# --- The drawing -------------------------------------------------------------------------------------


def points(*pairs):
    return [PayoffPoint(Decimal(price), Decimal(profit)) for price, profit in pairs]


CALL_CORNERS = points((0, -500), (100, -500), (105, 0), (157, 5200))


def test_the_line_goes_on_beyond_its_last_corner_and_crosses_zero_at_the_breakeven():
    drawn = draw_payoff(CALL_CORNERS, strike=Decimal(100), breakeven=Decimal(105), spot=Decimal(90))

    assert profit_at(CALL_CORNERS, Decimal(200)) == 9500
    marked = {marker.kind: marker for marker in drawn.markers}
    assert marked["breakeven"].y == drawn.zero
    assert marked["strike"].y > drawn.zero
    assert marked["spot"].x < marked["strike"].x < marked["breakeven"].x
    assert [(row.price, row.profit) for row in drawn.rows if row.label] == [(90, -500), (100, -500), (105, 0)]


@pytest.mark.parametrize(
    ("corners", "has_gain", "has_loss"),
    [(CALL_CORNERS, True, True), (points((0, -5), (10, -5)), False, True), (points((0, 0), (10, 0)), False, False)],
)
def test_gain_and_loss_are_areas_of_their_own(corners, has_gain, has_loss):
    drawn = draw_payoff(corners, strike=None, breakeven=None, spot=Decimal(5))

    assert (bool(drawn.gain), bool(drawn.loss)) == (has_gain, has_loss)


@pytest.mark.parametrize("price", ["0.01", "0.5", "7", "1234.5678", "99999"])
def test_every_drawing_stays_in_its_box(price):
    strike = Decimal(price)
    corners = [
        PayoffPoint(at, max(at - strike, Decimal(0)) * 100 - 3) for at in (Decimal(0), strike, strike * Decimal("1.5"))
    ]

    drawn = draw_payoff(corners, strike=strike, breakeven=None, spot=strike * 2)

    numbers = [Decimal(one) for one in re.findall(r"-?[\d.]+", drawn.line)]
    assert all(drawn.left <= x <= drawn.right for x in numbers[::2])
    assert all(drawn.top <= y <= drawn.bottom for y in numbers[1::2])
    assert all(drawn.left <= tick.at <= drawn.right for tick in drawn.x_ticks)
    assert 1 <= len(drawn.x_ticks) <= 6


def test_nothing_is_drawn_without_a_line():
    assert draw_payoff([], strike=None, breakeven=None, spot=None) is None
