"""The worklist of what expires: who is short of what, in which order, what a move changes, and who was told."""

import re
from decimal import Decimal

import pytest

from accounts.choices import Role
from accounts.models import Account, Notice
from brokerage import clock
from brokerage.models import Event
from tests.factories import make_customer, make_staff
from tests.market import CALL, SMALL_PUT, make_trader, pin, trade
from tests.trading.test_blotter import read_csv
from tests.trading.test_instruction_pages import signed_in
from tests.trading.test_pages import HTMX, words
from trading.choices import ExpirationPhase, ExpirationState, Projected
from trading.expiring import ExpiringFilter, read_worklist
from trading.expiring_books import prices_now, read_books, read_held, read_series, underlyings_of
from trading.models import Expiration, ExpirationNotice, ExpiringPosition, Position
from trading.rules.expiration import decide, main_state
from trading.services.expiration_notices import tell_of_expiration

pytestmark = pytest.mark.django_db
STATES = {
    ExpirationState.SUPPORTED: Projected.EXERCISED,
    ExpirationState.LIQUIDATING: Projected.LIQUIDATED,
    ExpirationState.WATCHED: Projected.EXPIRES,
}


@pytest.fixture
def book(acme, overview_market):
    """A long that its account can carry, one that it cannot, a covered call, and a put far from its strike."""
    rich = make_trader(acme.correspondent, cash="20000")
    trade(rich, CALL, "buy")
    poor = make_trader(acme.correspondent, cash="15000")
    trade(poor, CALL, "buy")
    writer = make_trader(acme.correspondent, cash="5000", shares={"AAPL": 100})
    trade(writer, CALL, "sell")
    trade(writer, SMALL_PUT, "sell")
    return {"rich": rich, "poor": poor, "writer": writer}


@pytest.fixture
def desk(client, book, ops):
    """The browser in which Acme's operations clerk is signed in."""
    client.force_login(ops)
    return client


def listed(response):
    """Answer the text of each row of the worklist, without the heads of its groups."""
    table = re.search(r'<table class="table expiring-table">.*?</table>', response.content.decode(), re.S)
    found = (
        re.findall(r"<tr>(.*?)</tr>", re.sub(r"<thead>.*?</thead>", "", table[0], flags=re.S), re.S) if table else []
    )
    return [[words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in found]


def outcomes(response):
    return [row[7] for row in listed(response)]


def position(account, symbol=CALL):
    return Position.objects.get(account=account, asset__symbol=symbol)


# --- What it shows ---------------------------------------------------------------------------------------


def test_the_unsupported_comes_first_with_what_it_is_short_of(desk, book):
    first, *others = listed(desk.get("/expiring"))

    assert first[0].startswith(f"+1 AAPL 50 Call {CALL}")
    assert first[1].startswith(book["poor"].name)
    assert first[2:4] == ["190.00", "in 140.00 280.00%"]
    assert first[4] == "$5,000.00"
    there, short = (Decimal(cell.strip("$").replace(",", "")) for cell in first[5:7])
    assert there + short == 5000
    assert 4000 < short < 4100
    assert first[7] == "Will be liquidated"
    assert sorted(row[7] for row in others) == ["Expires", "Will be assigned", "Will be exercised"]


def test_days_are_counted_by_outcome(desk):
    page = desk.get("/expiring").content.decode()
    day = re.search(r'<tr>\s*<th scope="row"><a id="day-2024-01-26".*?</tr>', page, re.S)[0]

    assert words(day).split()[:6] == ["Fri", "Jan", "26", "1", "0", "1"]
    assert page.count('id="day-') == 5
    assert page.count('<tr class="nothing">') == 4


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("day=2024-01-26", 4),
        ("day=2024-01-25", 0),
        ("symbol=QS", 1),
        ("outcome=assigned", 1),
        ("outcome=assigned&outcome=liquidated", 2),
        ("account=nobody", 0),
        ("outcome=nonsense&day=tomorrow&after=none", 4),
    ],
)
def test_it_can_be_narrowed_down(desk, query, count):
    assert len(listed(desk.get(f"/expiring?{query}"))) == count


def test_a_move_of_the_underlying_changes_outcomes(desk):
    worthless = outcomes(desk.get("/expiring?move=AAPL:-80"))  # 38, the strike is 50
    as_typed = outcomes(desk.get("/expiring?move_of=aapl&move_by=-80"))

    assert worthless == as_typed == ["Expires"] * 4
    assert outcomes(desk.get("/expiring?move=AAPL:lots&move=:5&move=AAPL"))[0] == "Will be liquidated"


def test_the_range_of_prices_is_drawn_and_said_in_numbers(desk):
    pin("AAPL", "49.90", "50.10", last="50.00")
    page = desk.get("/expiring/range?move_of=AAPL", headers=HTMX).content.decode()
    rows = re.findall(r"<tr>(.*?)</tr>", re.search(r"<tbody>(.*?)</tbody>", page, re.S)[1], re.S)

    assert words(rows[0]).split() == ["Liquidated", *["0"] * 5, *["1"] * 4]
    assert "<svg" in page
    assert "Nothing on ZZZ expires" in desk.get("/expiring/range?move_of=ZZZ").content.decode()


def test_pages_follow_each_other_and_lead_back(desk, ops, book):
    whole = [row.position_id for row in read_worklist(ops, ExpiringFilter(), clock.now()).page.rows]
    first = read_worklist(ops, ExpiringFilter(), clock.now(), size=2).page
    second = read_worklist(ops, ExpiringFilter(), clock.now(), size=2, after=first.after).page
    back = read_worklist(ops, ExpiringFilter(), clock.now(), size=2, before=second.before).page

    assert [row.position_id for row in first.rows + second.rows] == whole
    assert [row.position_id for row in back.rows] == whole[:2]
    assert (second.after, first.before, back.before) == ("", "", "")


@pytest.mark.parametrize(
    "outcome", [(), (Projected.ASSIGNED, Projected.EXPIRES), (Projected.LIQUIDATED, Projected.ASSIGNED)]
)
@pytest.mark.parametrize("size", [1, 2, 4])
def test_the_list_is_the_same_in_pages_of_any_size(ops, book, acme, outcome, size):
    for _ in range(2):  # shorts of one contract, all of one rank; another long that cannot be carried
        trade(make_trader(acme.correspondent, cash="5000", shares={"AAPL": 100}), CALL, "sell")
        trade(make_trader(acme.correspondent, cash="15000"), CALL, "buy")
    wanted, at = ExpiringFilter(outcomes=outcome), clock.now()
    whole = read_worklist(ops, wanted, at).page.rows
    places = [row.key for row in whole]

    ahead, after = [], None
    while after != "":
        page = read_worklist(ops, wanted, at, size=size, after=after or "").page
        ahead, after = ahead + page.rows, page.after
    back, before = page.rows, page.before
    while before:
        page = read_worklist(ops, wanted, at, size=size, before=before).page
        back, before = page.rows + back, page.before

    assert len(whole) == {0: 8, 2: 4 if Projected.EXPIRES in outcome else 6}[len(outcome)]
    assert places == sorted(places)
    assert ahead == back == whole


def test_the_outlook_is_what_the_expiration_rule_decides(book, ops):
    for strike_moved in ("190.00", "49.00"):
        pin("AAPL", strike_moved, strike_moved, last=strike_moved)
        work = read_worklist(ops, ExpiringFilter(), clock.now())
        day = work.page.rows and work.outlook.contracts[work.page.rows[0].asset_id].expiration_date
        series = read_series(day)
        held = read_held(series)
        books = dict(read_books(held, series, prices_now(underlyings_of(series), clock.now())))
        for row in work.page.rows:
            if row.quantity > 0:
                decided = [one for one in decide(books[row.account_id]) if one.asset_id == row.asset_id]
                assert STATES[main_state(decided).state] is row.projected


def test_it_costs_the_same_however_many_expire(desk, django_assert_max_num_queries):
    with django_assert_max_num_queries(17):
        desk.get("/expiring", headers=HTMX)


def test_a_fragment_is_the_same_alone_and_in_its_page(desk):
    for page in ("/expiring?symbol=AAPL", "/expiring/board"):
        whole, part = desk.get(page).content.decode(), desk.get(page, headers=HTMX).content.decode()

        assert "<html" not in part
        assert re.sub(r"\d\d:\d\d:\d\d", "", part).strip() in re.sub(r"\d\d:\d\d:\d\d", "", whole)


def test_an_export_has_the_list_in_its_order(desk):
    head, first, *rest = read_csv(desk.get("/expiring/export.csv"))

    assert dict(zip(head, first, strict=True))["Outcome"] == "Will be liquidated"
    assert len(rest) == 3
    assert desk.get("/expiring/export.xlsx?symbol=QS").status_code == 200


# --- Whose it is -----------------------------------------------------------------------------------------


def test_a_neighbor_sees_nothing_of_it(client, book, globex):
    client.force_login(globex.ops)

    assert listed(client.get("/expiring")) == []
    assert listed(client.get("/expiring", {"account": str(book["poor"].pk)})) == []
    assert len(read_csv(client.get("/expiring/export.csv"))) == 1
    assert client.get(f"/expiring/tell?selected={position(book['poor']).pk}")["Location"] == "/expiring?selected=none"


def test_a_customer_is_led_to_what_they_hold(client, book):
    Account.objects.filter(pk=book["poor"].pk).update(owner=make_customer(book["poor"].correspondent))
    client.force_login(Account.objects.get(pk=book["poor"].pk).owner)

    assert client.get("/expiring")["Location"] == f"/accounts/{book['poor'].pk}/positions"
    assert {client.get(f"/expiring/{part}").status_code for part in ("board", "range", "tell", "export.csv")} == {403}


def test_broker_staff_narrow_it_to_a_correspondent(client, book):
    client.force_login(make_staff(Role.VIEWER, None))

    assert len(listed(client.get("/expiring?correspondent=ACME"))) == 4
    assert listed(client.get("/expiring?correspondent=NONE")) == []


# --- Telling ---------------------------------------------------------------------------------------------


def test_holders_are_told_once_and_again_only_when_that_is_said(desk, book, ops):
    asked = {"selected": [position(book["poor"]).pk, position(book["writer"]).pk]}

    confirming = desk.get("/expiring/tell", asked).content.decode()
    told = desk.post("/expiring/tell", asked).content.decode()
    desk.post("/expiring/tell", asked)

    assert "2 holders will be told of 2 positions" in confirming
    assert told.count("A mail is on its way") == 2
    assert ExpirationNotice.objects.count() == 2
    assert {one.told_by_id for one in ExpirationNotice.objects.all()} == {ops.pk}
    mail = Notice.objects.get(kind="expiration", account=book["poor"])
    assert "does not have what exercising takes ($5,000.00" in mail.body
    assert "17:30 EST" in mail.body
    event = Event.objects.filter(type="expiration.notified", account_id=book["poor"].pk).get()
    assert event.payload["outcome"] == "liquidated"

    desk.post("/expiring/tell", asked | {"again": "1"})

    assert ExpirationNotice.objects.count() == 4


def test_without_an_address_it_is_recorded_and_nothing_is_sent(book, ops):
    Account.objects.filter(pk=book["poor"].pk).update(email_address="")

    (notice,) = tell_of_expiration(actor=ops, account_id=book["poor"].pk, asset_ids=[position(book["poor"]).asset_id])

    assert notice.address == ""
    assert not Notice.objects.filter(kind="expiration").exists()


def test_a_reader_tells_nobody(client, book, acme):
    client.force_login(acme.reader)

    answer = client.post("/expiring/tell", {"selected": [position(book["poor"]).pk]})

    assert answer.status_code == 403
    assert not ExpirationNotice.objects.exists()
    assert not Event.objects.filter(type="expiration.notified").exists()


def test_nothing_selected_leads_back_and_says_so(desk):
    assert desk.get("/expiring/tell?selected=x")["Location"] == "/expiring?selected=none"
    assert "No position is selected" in desk.get("/expiring?selected=none").content.decode()


# --- The day ---------------------------------------------------------------------------------------------


def test_the_board_says_what_comes_next_in_new_york_time(desk, clock_at):
    assert 'id="board-head"' not in desk.get("/expiring").content.decode()

    clock_at("2024-01-26 14:00")
    page = words(desk.get("/expiring/board", headers=HTMX).content.decode())
    list_before = desk.get("/expiring").content.decode()
    clock_at("2024-01-26 16:00:01")
    list_after = desk.get("/expiring").content.decode()

    assert "Today, Friday January 26" in page
    assert ("Close…" in list_before, "Exercise…" in list_before) == (True, True)
    assert ("Close…" in list_after, "Exercise…" in list_after) == (False, False)
    assert "Do not exercise…" in list_after
    assert "Review in 1 h 00 min" in page
    assert "Review 15:00 EST Close 16:00 EST Last instruction 17:30 EST" in page


@pytest.fixture
def waiting(book, clock_at):
    """That day after the close: nobody said what AAPL closed at, and one position was traded away."""
    clock_at("2024-01-26 18:00")
    day = Expiration.objects.create(date="2024-01-26", phase=ExpirationPhase.CLOSED, rule_version="1")
    states = ExpirationState
    for name, state, counts in (
        ("rich", states.NOT_PRICED, {}),
        ("writer", states.ASSIGNED, {"assigned_quantity": 1}),
        ("poor", states.CLOSED, {}),
    ):
        held = position(book[name])
        ExpiringPosition.objects.create(
            expiration=day,
            account=held.account,
            correspondent=held.correspondent,
            asset=held.asset,
            quantity=held.quantity,
            state=state,
            decided_at=clock.now(),
            **counts,
        )
    return day


def test_what_was_traded_away_is_counted_in_positions_and_the_rest_leads_to_the_ledger(desk, waiting):
    page = desk.get("/expiring/board", headers=HTMX).content.decode()

    assert "Traded away 1 position" in words(page)
    assert 'href="/ledger?type=OPASN&amp;from=2024-01-26&amp;to=2024-01-26"' in page
    assert "/prices" not in page
    assert "The broker enters the official closing price." in page
    assert desk.get("/expiring/2024-01-26/prices").status_code == 403


def test_the_brokers_people_are_led_from_the_board_to_the_price_that_is_missing(waiting):
    url = "/expiring/2024-01-26/prices"
    broker = signed_in(make_staff(Role.OPERATIONS, None))
    assert f'href="{url}?symbol=AAPL"' in broker.get("/expiring").content.decode()
    said = {"symbol": "AAPL", "price": "190", "reason": "The exchange's report"}

    page = broker.get(f"{url}?symbol=AAPL").content.decode()
    wrong = [
        broker.post(url, said | one) for one in ({"price": "NaN"}, {"price": "-1"}, {"reason": " "}, {"symbol": "F"})
    ]
    waiting.refresh_from_db()
    nothing_entered = waiting.closing_prices == {}
    entered = broker.post(url, said)
    twice = broker.post(url, said)

    assert '<option value="AAPL" selected>' in page
    assert [one.status_code for one in wrong] == [422] * 4
    assert nothing_entered
    assert entered.status_code == 302
    waiting.refresh_from_db()
    assert waiting.closing_prices == {"AAPL": "190"}
    assert twice.status_code == 422
    assert 'role="alert"' in twice.content.decode()
    assert broker.get("/expiring/2024-13-26/prices").status_code == 404
