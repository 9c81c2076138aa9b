"""Assignment notices: allocated once over all customers, posted account by account, told, and never lost."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.choices import AllocationMethod, NoticeKind, Role
from accounts.models import Account, AuditEntry, BrokerPolicy, Notice
from accounts.services.users import system_user
from brokerage import schedule
from brokerage.errors import NotPermitted
from brokerage.models import Event
from options.clock_tasks import follow_events
from tests.factories import make_staff
from tests.ledger import everything
from tests.market import held, make_trader, pin, submit, trade
from tests.options.following import place_events
from tests.trading.assignments import CALL, PUT, TODAY, brokers, make_writer, open_market, receive, ticket
from trading.assignment_errors import (
    AssignedBeyondShort,
    AssignmentDealtWith,
    AssignmentFileWrong,
    AssignmentNoteNeeded,
    AssignmentNotFound,
    ExercisedAfterExpiration,
    ExerciseDayImpossible,
    NoticeReused,
)
from trading.assignment_tasks import post_notice, post_waiting_assignments
from trading.choices import NoticeSource, OrderStatus
from trading.errors import ContractUnknown
from trading.instruments import read_holdings
from trading.models import Activity, Assignment, AssignmentNotice, LedgerTransaction, Posting
from trading.rules.allocation import re_run, result_of
from trading.rules.assignment_notices import NoticeLine
from trading.services import assignment_posting
from trading.services.assignment import receive_file, receive_notice
from trading.services.assignment_posting import deal_with, post_assignment
from trading.services.exercise import exercise_position

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _market(clock_at):
    clock_at("2024-02-28 10:00")
    open_market()


def shares_of(notice):
    return {one.account_id: int(one.quantity) for one in notice.assignments.all()}


def written():
    """Answer all that a refused notice must leave as it was."""
    return everything() | {"notices": AssignmentNotice.objects.count(), "assignments": Assignment.objects.count()}


def test_a_short_call_delivers_its_shares_and_is_free_of_its_pledge(acme, clock_at):
    writer = make_writer(acme.correspondent, CALL, 2)
    clock_at("2024-02-29 07:30")

    notice = receive(CALL, 1)
    post_notice(notice.pk)

    assert (held(writer, CALL), held(writer, "QS")) == (-1, 100)
    assert held(writer, "USD") == 100 + 460 + 450
    rows = Activity.objects.filter(account=writer, date=TODAY, activity_type__in=["OPASN", "OPTRD"]).order_by("pk")
    assert [(row.activity_type, row.quantity, row.net_amount, row.price) for row in rows] == [
        ("OPASN", 1, 0, None),
        ("OPTRD", -100, 450, Decimal("4.5")),
    ]
    assert {row.id[:17] for row in rows} == {"20240228000000000"}
    assert len({row.group_id for row in rows} - {None}) == 1
    assert {row.transaction.settle_date for row in rows} == {date(2024, 3, 1)}
    underlying = rows[1].asset_id
    assert read_holdings(writer.pk, [underlying]).pledged_shares(underlying) == 100
    notice.refresh_from_db()
    assert (notice.status, Assignment.objects.get().needs_person) == ("posted", False)


def test_a_short_put_pays_the_strike_and_receives_the_shares(acme):
    writer = make_writer(acme.correspondent, PUT, 1)
    assert read_holdings(writer.pk).pledged_cash == 900

    post_notice(receive(PUT, 1).pk)

    assert (held(writer, PUT), held(writer, "QS"), held(writer, "USD")) == (0, 100, 220)
    assert read_holdings(writer.pk).pledged_cash == 0
    posted = Event.objects.get(type="assignment.posted")
    assert (posted.account_id, posted.payload["qty"], posted.payload["net_amount"]) == (writer.pk, "1", "-900")


def test_customers_of_every_correspondent_are_drawn_from_together(acme, globex):
    writers = [make_writer(house.correspondent, CALL, 3) for house in (acme, globex, acme)]

    notice = receive(CALL, 8)

    assert sum(shares_of(notice).values()) == 8
    assert sorted(shares_of(notice).values()) == [2, 3, 3]
    assert {one.correspondent_id for one in notice.assignments.all()} == {
        acme.correspondent.pk,
        globex.correspondent.pk,
    }
    paper = AssignmentNotice.objects.get().work_paper
    assert re_run(paper) == result_of(paper)
    assert {account_id for account_id, _ in paper["candidates"]} == {str(writer.pk) for writer in writers}


def test_first_in_first_out_goes_by_the_day_and_order_of_opening(acme, globex, clock_at):
    first = make_writer(acme.correspondent, CALL, 2)
    second = make_writer(globex.correspondent, CALL, 1)
    clock_at("2024-02-29 10:00")
    third = make_writer(acme.correspondent, CALL, 1)
    BrokerPolicy.objects.update_or_create(id=1, defaults={"allocation_method": AllocationMethod.FIRST_IN_FIRST_OUT})

    notice = receive(CALL, 3, date(2024, 2, 29))

    assert shares_of(notice) == {first.pk: 2, second.pk: 1}
    assert third.pk not in shares_of(notice)


def test_what_was_opened_or_bought_back_since_the_day_of_exercise_makes_no_difference(acme, clock_at):
    """Positions count as they were at the end of that day (AS-6): who traded since is neither spared nor drawn."""
    same_day = make_writer(acme.correspondent, CALL, 1)
    trade(same_day, CALL, "buy", "1")
    writer = make_writer(acme.correspondent, CALL, 1)
    clock_at("2024-02-29 10:00")
    make_writer(acme.correspondent, CALL, 5)
    trade(writer, CALL, "buy", "1")

    with pytest.raises(AssignedBeyondShort) as refusal:
        receive(CALL, 2)
    assert refusal.value.facts == {"needed": 2, "found": 1}
    notice = receive(CALL, 1)
    post_notice(notice.pk)

    assert shares_of(notice) == {writer.pk: 1}
    assert (held(writer, CALL), held(writer, "QS")) == (1, 0)
    assignment = notice.assignments.get()
    assert (assignment.needs_person, assignment.missing) == (True, {CALL: "1"})
    assert not Account.objects.get(pk=writer.pk).trading_blocked


def test_who_bought_since_and_exercised_or_let_expire_was_never_short(acme, clock_at):
    make_writer(acme.correspondent, CALL, 1)
    schedule.run_due(clock_at("2024-02-29 10:00"))
    for _ in range(2):
        holder = make_trader(acme.correspondent, cash="1000")
        trade(holder, CALL, "buy", "1")
    exercise_position(actor=acme.api_user, account_id=holder.pk, symbol_or_id=CALL)

    with pytest.raises(AssignedBeyondShort) as refusal:
        receive(CALL, 2)
    assert refusal.value.facts["found"] == 1

    pin("QS", "4.00", "4.02", last="4.01")
    schedule.run_due(clock_at("2024-03-01 17:30"))
    with pytest.raises(AssignedBeyondShort) as refusal:
        receive(CALL, 1)
    assert refusal.value.facts["found"] == 0  # what expired of the writer's is assigned no more


def test_nothing_is_assigned_twice_by_two_notices_of_a_day(acme):
    writer = make_writer(acme.correspondent, CALL, 3)
    receive(CALL, 2)

    with pytest.raises(AssignedBeyondShort) as refusal:
        receive(CALL, 2, reference="A2")
    assert refusal.value.facts["found"] == 1
    last = receive(CALL, 1, reference="A3")
    post_waiting_assignments(last.received_at)

    assert held(writer, CALL) == 0
    with pytest.raises(AssignedBeyondShort):
        receive(CALL, 1, reference="A4")


def test_the_same_notice_again_changes_nothing_and_other_contents_are_refused(acme):
    make_writer(acme.correspondent, CALL, 3)
    first = receive(CALL, 1)
    post_notice(first.pk)
    before = written()

    assert receive(CALL, 1, seed="another").pk == first.pk
    for symbol, quantity, day in ((CALL, 2, TODAY), (PUT, 1, TODAY), (CALL, 1, date(2024, 2, 27))):
        with pytest.raises(NoticeReused):
            receive(symbol, quantity, day)

    assert written() == before


@pytest.mark.parametrize(
    ("symbol", "quantity", "day", "refusal"),
    [
        ("QS240301C00099000", 1, TODAY, ContractUnknown),
        ("QS", 1, TODAY, ContractUnknown),
        (CALL, 4, TODAY, AssignedBeyondShort),
        (PUT, 1, TODAY, AssignedBeyondShort),
        (CALL, 1, date(2024, 3, 4), ExercisedAfterExpiration),
        (CALL, 1, date(2024, 2, 29), ExerciseDayImpossible),
        (CALL, 1, date(2024, 2, 25), ExerciseDayImpossible),
        (CALL, 1, date(2024, 2, 27), AssignedBeyondShort),
    ],
)
def test_a_notice_that_cannot_be_is_refused_as_a_whole(acme, symbol, quantity, day, refusal):
    make_writer(acme.correspondent, CALL, 3)
    before = written()

    with pytest.raises(refusal):
        receive(symbol, quantity, day)

    assert written() == before


def test_a_partner_has_no_say_in_it(acme):
    make_writer(acme.correspondent, CALL, 1)
    before = written()

    people = (acme.ops, acme.reader, acme.api_user, make_staff(Role.ADMIN, acme.correspondent), brokers(Role.ROP))
    for actor in people:
        with pytest.raises(NotPermitted):
            receive_notice(actor=actor, ticket=ticket(), source=NoticeSource.FILE)
        with pytest.raises(NotPermitted):
            receive_file(actor=actor, lines=[NoticeLine(2, ticket())])

    assert written() == before


def test_killed_between_accounts_and_started_again_each_is_posted_once(acme, globex, monkeypatch):
    writers = [make_writer(house.correspondent, CALL, 1) for house in (acme, globex, acme, globex)]
    notice = receive(CALL, 4)
    real, calls = assignment_posting.post_assigned, []

    def dies(*args, **kwargs):
        posted = real(*args, **kwargs)
        calls.append(posted)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return posted

    monkeypatch.setattr(assignment_posting, "post_assigned", dies)
    with pytest.raises(KeyboardInterrupt):
        post_notice(notice.pk)
    monkeypatch.undo()
    assert Assignment.objects.exclude(posted_at=None).count() == 2

    for _ in range(2):
        post_notice(notice.pk)
        post_waiting_assignments(notice.received_at)

    assert [(held(writer, CALL), held(writer, "QS")) for writer in writers] == [(0, 0)] * 4
    assert LedgerTransaction.objects.filter(activity_type="OPASN").count() == 4
    assert Event.objects.filter(type="assignment.posted").count() == 4
    notice.refresh_from_db()
    assert notice.status == "posted"


def test_the_tick_posts_what_waits(acme, clock_at):
    writer = make_writer(acme.correspondent, CALL, 1)
    at = clock_at("2024-02-29 07:00")
    schedule.begin(at)
    receive(CALL, 1)

    schedule.run_due(at)

    assert held(writer, CALL) == 0


def test_orders_that_buy_back_what_was_assigned_are_canceled_as_far_as_they_exceed_what_is_left(acme):
    writer = make_trader(acme.correspondent, cash="1000", level=1, shares={"QS": 300})
    trade(writer, CALL, "sell", "3")
    kept, too_much = (submit(writer, CALL, "buy", qty, "0.10") for qty in ("1", "2"))

    post_notice(receive(CALL, 2).pk)

    for order in (kept, too_much):
        order.refresh_from_db()
    assert kept.is_open
    assert too_much.status == OrderStatus.PENDING_CANCEL  # the venue has the last word


def uncovered(acme):
    """Make a writer whose shares are gone past the services, and assign to it."""
    writer = make_writer(acme.correspondent, CALL, 1)
    positions = writer.positions.filter(asset__symbol="QS")
    positions.update(quantity=40, cost_amount=0)
    writer.lots.filter(asset__symbol="QS").update(quantity=40)
    post_notice(receive(CALL, 1).pk)
    return writer


def test_without_cover_it_is_posted_all_the_same_and_the_account_is_restricted_until_a_person_decides(acme):
    writer = uncovered(acme)

    assert (held(writer, CALL), held(writer, "QS")) == (0, -60)
    assert Account.objects.get(pk=writer.pk).trading_blocked
    assert Event.objects.get(type="account.cover_missing").payload == {"missing": [{"symbol": "QS", "qty": "60"}]}
    entry = AuditEntry.objects.filter(subject="Account", subject_id=str(writer.pk)).order_by("-id").first()
    assert (entry.actor_id, entry.reason) == (
        system_user().pk,
        f"Cover was missing when 1 {CALL} was assigned: 60 QS",
    )
    assignment = Assignment.objects.get(needs_person=True)
    assert assignment.missing == {"QS": "60"}


def test_a_person_with_the_right_deals_with_it_once_and_says_how(acme, globex):
    uncovered(acme)
    assignment = Assignment.objects.get()
    judge = make_staff(Role.COMPLIANCE, acme.correspondent)
    before = written()
    for actor, refusal in (
        (acme.ops, NotPermitted),
        (acme.reader, NotPermitted),
        (make_staff(Role.COMPLIANCE, globex.correspondent), AssignmentNotFound),
    ):
        with pytest.raises(refusal):
            deal_with(actor=actor, assignment_id=assignment.pk, note="bought in")
    for note in ("", "  x ", "x" * 1025):
        with pytest.raises(AssignmentNoteNeeded):
            deal_with(actor=judge, assignment_id=assignment.pk, note=note)
    assert written() == before

    deal_with(actor=judge, assignment_id=assignment.pk, note=" 60 QS were bought in. ")

    assignment.refresh_from_db()
    assert (assignment.needs_person, assignment.note, assignment.dealt_with_by) == (
        False,
        "60 QS were bought in.",
        judge,
    )
    assert Account.objects.get(pk=assignment.account_id).trading_blocked
    with pytest.raises(AssignmentDealtWith):
        deal_with(actor=judge, assignment_id=assignment.pk, note="again")


def test_a_file_is_imported_whole_or_not_at_all_and_twice_is_once(acme):
    make_writer(acme.correspondent, CALL, 2)
    make_writer(acme.correspondent, PUT, 1)
    clerk = brokers()
    good = [NoticeLine(2, ticket(CALL, 2)), NoticeLine(3, ticket(PUT, 1, reference="A2"))]
    bad = [
        NoticeLine(4, ticket("XX240301C00001000", 1, reference="A3")),
        NoticeLine(5, ticket(CALL, 1, reference="A4")),
    ]
    before = written()

    with pytest.raises(AssignmentFileWrong) as refusal:
        receive_file(actor=clerk, lines=good + bad)
    assert list(refusal.value.lines) == [4, 5]
    assert written() == before
    assert len(receive_file(actor=clerk, lines=good, is_dry_run=True)) == 2
    assert written() == before
    told = []
    first = receive_file(actor=clerk, lines=good, progress=lambda done, of: told.append((done, of)))

    assert told == [(1, 2), (2, 2)]
    assert [one.pk for one in receive_file(actor=clerk, lines=good)] == [one.pk for one in first]
    assert AssignmentNotice.objects.count() == 2


def test_an_assignment_conserves_contracts_shares_and_cash(acme, globex):
    for house in (acme, globex):
        make_writer(house.correspondent, CALL, 2)
    notice = receive(CALL, 3)
    post_notice(notice.pk)

    moved = Posting.objects.filter(transaction__reference__startswith="assignment:")
    contracts = sum(one.quantity for one in moved if one.asset.symbol == CALL)
    assert contracts == 3
    assert sum(one.quantity for one in moved if one.asset.symbol == "QS") == 300
    assert sum(one.quantity for one in moved if one.asset.symbol == "USD") == 1350
    with pytest.raises(AssignmentNotFound):
        post_assignment(assignment_id=notice.pk)


def test_the_holder_is_told_before_the_open(acme, clock_at):
    writer = make_writer(acme.correspondent, PUT, 1)
    at = clock_at("2024-02-29 07:30")
    post_notice(receive(PUT, 1).pk)

    place_events()
    follow_events(at)
    follow_events(at)

    told = Notice.objects.get(account=writer, kind=NoticeKind.ASSIGNMENT)
    assert (told.address, told.subject) == (writer.email_address, "Strikebook: 1 QS Mar 01 2024 9 Put assigned")
    assert "You bought 100 shares of QS and paid $900.00." in told.body
    assert "The trade is of February 28, 2024 and settles on March 1, 2024." in told.body
