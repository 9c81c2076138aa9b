"""The pages of those who decide: the queue, one request, what is refused, and what is told of it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.choices import Role
from accounts.models import Account, Correspondent
from brokerage import clock
from brokerage.models import Event
from options.choices import ApplicationStatus, ReasonCode
from options.models import ComplianceClock, OptionsApplication, ReviewStep
from options.queue import QueueFilter, count_waiting, list_queue, next_request
from options.services.review import assign_application, claim_application
from tests.factories import make_customer, make_staff
from tests.options.requests import make_pending, second_principal

REASON = "Spoke with the applicant by phone"


def browser(user):
    client = Client()
    client.force_login(user, backend="accounts.backends.PeopleBackend")
    return client


@pytest.fixture
def principal(rop):
    return browser(rop)


@pytest.fixture
def pending(acme):
    return make_pending(acme.correspondent)


def at(application):
    return f"/options/requests/{application.pk}"


def verdict(act="rejected", code=ReasonCode.NOT_SUITABLE, reason=REASON, level=2):
    return {"act": act, f"code_{act}": code, "reason": reason, "seen_level": level}


def names(response):
    return [row.application.account.name for row in response.context["rows"]]


def unchanged(application):
    before = (application.status, application.claimed_by_id, application.round)
    application.refresh_from_db()
    return (
        application.status,
        application.claimed_by_id,
        application.round,
    ) == before and not ReviewStep.objects.exists()


# --- Who may look, who may act ---------------------------------------------------------------------------

GETS = ("/options/queue", "/options/queue/count", "/options/requests/{0}")
ACTS = ("/claim", "/release", "/assign", "/reopen", "")


@pytest.mark.parametrize("path", GETS)
def test_nobody_is_sent_to_sign_in_and_a_reader_an_operator_and_a_customer_are_refused(acme, pending, path):
    path = path.format(pending.pk)

    assert Client().get(path).status_code == 302
    for user in (acme.reader, acme.ops, make_customer(acme.correspondent)):
        assert browser(user).get(path).status_code == 403


@pytest.mark.parametrize("role", [Role.ROP, Role.COMPLIANCE, Role.ADMIN])
@pytest.mark.parametrize("path", GETS)
def test_who_decides_and_who_watches_over_them_may_look(acme, pending, role, path):
    watcher = browser(make_staff(role, acme.correspondent, email="watcher@acme.example"))

    assert watcher.get(path.format(pending.pk)).status_code == 200


def test_a_neighbor_finds_an_empty_queue_and_no_request(globex, pending):
    neighbor = browser(globex.rop)

    listed, counted = neighbor.get("/options/queue"), neighbor.get("/options/queue/count")

    assert listed.context["rows"] == []
    assert "Nothing waits for a decision." in listed.content.decode()
    assert counted.context["number"] == 0
    assert neighbor.get(at(pending)).status_code == 404
    for act in ACTS:
        assert neighbor.post(at(pending) + act, verdict()).status_code == 404
    told = neighbor.post("/options/queue/claim", {"selected": [str(pending.pk)]})
    assert pending.account.name not in told.content.decode()
    assert [one.refusal for one in told.context["told"]] == ["no such request for an options level"]
    assert unchanged(pending)


@pytest.mark.parametrize("act", ACTS)
def test_who_only_watches_acts_on_nothing(acme, pending, act):
    watcher = browser(make_staff(Role.COMPLIANCE, acme.correspondent))

    said = watcher.post(at(pending) + act, verdict() | {"to": acme.rop.pk})

    assert said.status_code in (403, 422)
    assert unchanged(pending)
    for path in ("/options/queue/claim", "/options/queue/reject"):
        assert watcher.post(path, {"selected": [str(pending.pk)]}).status_code == 403
    assert unchanged(pending)


# --- The queue -------------------------------------------------------------------------------------------


def test_the_queue_is_in_the_order_of_asking_and_says_how_long_each_may_wait(acme, principal):
    old, late, new = (make_pending(acme.correspondent) for _ in range(3))
    age(old, days=11)
    age(late, days=20)

    rows = principal.get("/options/queue").context["rows"]

    assert [row.application.pk for row in rows] == [late.pk, old.pk, new.pk]
    assert [(row.age, row.left, row.urgency) for row in rows] == [
        ("20 days", "5 days over", "over"),
        ("11 days", "4 days left", "soon"),
        ("today", "15 days left", ""),
    ]


def test_a_clock_that_runs_says_when_a_request_is_due(acme, principal, pending):
    now = clock.now()
    ComplianceClock.objects.filter(application=pending).delete()
    ComplianceClock.objects.create(
        account=pending.account,
        correspondent=acme.correspondent,
        application=pending,
        kind="decision",
        started_at=now - timedelta(days=13),
        due_at=now + timedelta(days=2),
    )

    (row,) = principal.get("/options/queue").context["rows"]

    assert (row.left, row.urgency) == ("2 days left", "soon")


def age(application, *, days):
    """Let a request have been made so many days ago."""
    moment = clock.now() - timedelta(days=days)
    OptionsApplication.objects.filter(pk=application.pk).update(created_at=moment)
    ComplianceClock.objects.filter(application=application).delete()


def test_each_filter_keeps_what_it_says(acme, principal, rop):
    changes = {"identity.given_name": "Grace", "identity.family_name": "Hopper"}
    mine, asked, plain = (make_pending(acme.correspondent, level=level) for level in (2, 2, 1))
    named = make_pending(acme.correspondent, changes=changes | {"identity.risk_tolerance": "conservative"})
    claim_application(actor=rop, application_id=mine.pk)
    OptionsApplication.objects.filter(pk=asked.pk).update(asked_at=clock.now())
    OptionsApplication.objects.filter(pk=named.pk).update(first_approved_by=second_principal(acme.correspondent))
    found = {
        query: {row.application.pk for row in principal.get(f"/options/queue?{query}").context["rows"]}
        for query in (
            "whose=mine",
            "whose=unclaimed",
            "whose=claimed",
            "whose=asked",
            "whose=second",
            "level=1",
            "rule=flag_conservative_at_level_2",
            "query=hopp",
            f"query={plain.account.account_number}",
            "correspondent=GLBX",
            "level=9&rule=nothing&whose=nobody",
        )
    }

    everything = {mine.pk, asked.pk, plain.pk, named.pk}
    assert found == {
        "whose=mine": {mine.pk},
        "whose=unclaimed": everything - {mine.pk},
        "whose=claimed": {mine.pk},
        "whose=asked": {asked.pk},
        "whose=second": {named.pk},
        "level=1": {plain.pk},
        "rule=flag_conservative_at_level_2": {named.pk},
        "query=hopp": {named.pk},
        f"query={plain.account.account_number}": {plain.pk},
        "correspondent=GLBX": everything,
        "level=9&rule=nothing&whose=nobody": everything,
    }


def test_the_broker_sees_every_correspondents_and_filters_by_code(acme, globex):
    ours, theirs = make_pending(acme.correspondent), make_pending(globex.correspondent)
    broker = browser(make_staff(Role.ROP, None))

    every = broker.get("/options/queue").context["rows"]
    one = broker.get("/options/queue?correspondent=glbx").context["rows"]

    assert {row.application.pk for row in every} == {ours.pk, theirs.pk}
    assert [row.application.pk for row in one] == [theirs.pk]


def test_a_part_of_the_queue_is_the_same_whether_included_or_fetched(principal, pending):
    page = principal.get("/options/queue?level=2").content.decode()
    part = principal.get("/options/queue?level=2", headers={"HX-Request": "true"}).content.decode()

    start = page.index('<section class="panel" id="queue"')
    included = page[start : page.index("</section>", start)]
    assert part.strip().startswith('<section class="panel" id="queue"')
    assert without_token(included).strip() == without_token(part[: part.rindex("</section>")]).strip()


def without_token(html):
    before, _, rest = html.partition('name="csrfmiddlewaretoken" value="')
    return before + rest.partition('"')[2]


def test_the_queue_takes_the_same_queries_for_one_request_and_for_many(acme, principal):
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as taken:
            assert principal.get("/options/queue").status_code == 200
        counts.append(len(taken))
        many = [make_pending(acme.correspondent) for _ in range(4)]
        claim_application(actor=acme.rop, application_id=many[0].pk)

    with CaptureQueriesContext(connection) as taken:
        principal.get("/options/queue")
    assert len(taken) == counts[1]
    assert len(taken) <= 8


def test_a_page_of_the_queue_is_followed_by_the_next_and_leads_back(acme, principal, monkeypatch):
    monkeypatch.setattr("options.queue.PAGE_SIZE", 2)
    ids = [make_pending(acme.correspondent).pk for _ in range(3)]

    first = principal.get("/options/queue")
    second = principal.get(first.context["next_url"])
    back = principal.get(second.context["previous_url"])

    pages = [[row.application.pk for row in page.context["rows"]] for page in (first, second, back)]
    assert pages == [ids[:2], ids[2:], ids[:2]]


def test_the_count_stops_where_counting_would_cost(acme, rop):
    for _ in range(3):
        make_pending(acme.correspondent)

    assert count_waiting(rop) == 3
    assert count_waiting(rop, most=1) == 2


# --- Several at once -------------------------------------------------------------------------------------


def test_several_are_claimed_and_each_is_told_apart(acme, principal, rop):
    free, taken = make_pending(acme.correspondent), make_pending(acme.correspondent)
    other = second_principal(acme.correspondent)
    claim_application(actor=other, application_id=taken.pk)

    said = principal.post(
        "/options/queue/claim", {"selected": [str(free.pk), str(taken.pk), "none"], "filter": "level=2"}
    )

    assert said.status_code == 200
    assert said.context["filters"] == QueueFilter(levels=("2",))
    assert [(one.number, bool(one.refusal)) for one in said.context["told"]] == [
        (free.account.account_number, False),
        (taken.account.account_number, True),
    ]
    free.refresh_from_db()
    taken.refresh_from_db()
    assert (free.claimed_by, taken.claimed_by) == (rop, other)
    assert "1 of 2 claimed" in said.content.decode()


def test_several_are_rejected_for_one_reason(acme, principal, rop):
    requests = [make_pending(acme.correspondent) for _ in range(2)]

    said = principal.post(
        "/options/queue/reject",
        {"selected": [str(one.pk) for one in requests], "reason_code": "not_suitable", "reason": REASON},
    )

    assert said.context["done_count"] == 2
    for one in requests:
        one.refresh_from_db()
        assert (one.status, one.decided_by) == (ApplicationStatus.REJECTED, rop)
    assert "Nothing waits for a decision." in said.content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reason_code": "not_suitable", "reason": REASON}, "Select the requests to reject."),
        ({"selected": True, "reason": REASON}, "Choose a reason."),
        ({"selected": True, "reason_code": "not_suitable", "reason": "no"}, "at least 10 characters"),
        ({"selected": True, "reason_code": "answers_support", "reason": REASON}, "Choose a reason of the list."),
    ],
)
def test_what_is_missing_for_rejecting_several_is_said_and_nothing_is_rejected(principal, pending, given, said):
    if given.get("selected"):
        given = given | {"selected": [str(pending.pk)]}

    refused = principal.post("/options/queue/reject", given)

    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert unchanged(pending)


def test_nothing_is_approved_in_bulk(principal, pending):
    assert principal.post("/options/queue/approve", {"selected": [str(pending.pk)]}).status_code == 404
    assert unchanged(pending)


# --- One request -----------------------------------------------------------------------------------------


def test_a_request_shows_the_answers_beside_what_the_rules_found(principal, pending):
    shown = principal.get(at(pending)).context["screen"].judged
    lines = {line.label: line for group in shown.groups for line in group.lines}

    assert lines["Annual income"].value == "$50,000 to $100,000"
    assert [one.rule for one in lines["Experience with stocks"].failed] == ["flag_options_before_stocks"]
    assert "level_2_annual_income" in [one.rule for one in lines["Annual income"].met]
    assert shown.counts["failed"] == len(pending.reasons) == 1


def test_what_changed_on_file_since_is_told(acme, principal, pending):
    pending.account.suitability.update(liquid_net_worth_min="1000")

    shown = principal.get(at(pending)).context["screen"].judged
    (line,) = [line for group in shown.groups for line in group.lines if line.now]

    assert (line.label, line.now) == ("Liquid net worth", "$1,000 to $80,000")


def test_a_request_of_a_fixture_shows_the_file_of_now(acme, principal, pending):
    OptionsApplication.objects.filter(pk=pending.pk).update(answers={}, rule_version="", is_fixture=True)

    shown = principal.get(at(pending)).context["screen"].judged

    assert shown.is_of_today
    assert shown.counts["met"] > 30


def test_rules_that_are_no_longer_here_are_not_made_up(principal, pending):
    OptionsApplication.objects.filter(pk=pending.pk).update(rule_version="1999-01-1")

    shown = principal.get(at(pending)).context["screen"].judged

    assert shown.rules_are_gone
    assert shown.counts == {"failed": 0, "not_judged": 0, "met": 0}


def test_a_request_takes_as_many_queries_however_much_happened(acme, principal, pending):
    principal.get(at(pending))
    with CaptureQueriesContext(connection) as before:
        principal.get(at(pending))
    for _ in range(3):
        make_pending(acme.correspondent)
    claim_application(actor=acme.rop, application_id=pending.pk)

    with CaptureQueriesContext(connection) as after:
        principal.get(at(pending))

    assert len(after) <= len(before) + 1
    assert len(after) <= 32


@pytest.mark.parametrize(
    ("given", "status", "level", "said"),
    [
        (verdict("approved", ReasonCode.FACTS_CONFIRMED), "APPROVED", 2, "Approved: level 2 for"),
        (verdict("approved_lower", ReasonCode.NOT_SUITABLE), "LOWER_LEVEL_APPROVED", 1, "Approved: level 1 for"),
        (verdict(), "REJECTED", None, "Rejected:"),
    ],
)
def test_a_decision_is_told_and_leads_on_to_the_next(acme, principal, rop, pending, given, status, level, said):
    following = make_pending(acme.correspondent)

    answer = principal.post(f"{at(pending)}?level=2", given)

    pending.refresh_from_db()
    assert (pending.status, pending.approved_level, pending.decided_by) == (status, level, rop)
    assert answer.headers["Location"] == f"{at(following)}?level=2"
    told = principal.get(answer.headers["Location"]).content.decode()
    assert said in told
    last = principal.post(f"{at(following)}?level=2", verdict())
    assert last.headers["Location"] == "/options/queue?level=2"
    assert "Nothing else waits here." in principal.get(last.headers["Location"]).content.decode()


def test_a_question_leaves_the_request_waiting_and_leads_on(principal, pending):
    answer = principal.post(at(pending), verdict("asked", ReasonCode.INCOMPLETE, "Where were the options traded?"))

    pending.refresh_from_db()
    assert (pending.status, answer.headers["Location"]) == ("PENDING", "/options/queue")
    assert pending.asked_at is not None
    assert "Where were the options traded?" in principal.get(at(pending)).content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Choose a decision."),
        ({"act": "rejected", "reason": REASON, "seen_level": 2}, "Choose a reason."),
        (verdict(reason="x"), "at least 10 characters, found 1"),
        (verdict("approved", ReasonCode.FACTS_CONFIRMED, level=1), "the level that is requested now"),
        (verdict("reopened", ReasonCode.OTHER), "Select a valid choice."),
    ],
)
def test_what_is_missing_for_a_decision_is_said_on_the_form(principal, pending, given, said):
    refused = principal.post(at(pending), given)

    assert refused.status_code == 422
    assert said in refused.content.decode()
    assert unchanged(pending)
    assert not Event.objects.filter(type__startswith="options_application.rejected").exists()


def test_who_comes_second_is_told_who_decided(acme, principal, pending):
    second = browser(second_principal(acme.correspondent))
    principal.post(at(pending), verdict())

    late = second.post(at(pending), verdict("approved", ReasonCode.FACTS_CONFIRMED))

    assert late.status_code == 422
    assert "this request is decided: " in late.content.decode()
    assert str(acme.rop) in late.content.decode()
    assert ReviewStep.objects.count() == 1


def test_who_made_the_request_sees_why_they_do_not_decide(acme, pending):
    OptionsApplication.objects.filter(pk=pending.pk).update(makers=[acme.rop.pk])
    maker = browser(acme.rop)

    shown = maker.get(at(pending))
    refused = maker.post(at(pending), verdict())

    assert "Whoever enters something does not decide on it" in shown.content.decode()
    assert 'id="verdict"' not in shown.content.decode()
    assert refused.status_code == 422
    assert unchanged(pending)


def test_the_first_of_two_approvals_is_shown_and_its_giver_waits(acme, principal, rop, pending):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(principals_for_level_2=2)
    second = browser(second_principal(acme.correspondent))

    principal.post(at(pending), verdict("approved", ReasonCode.FACTS_CONFIRMED))

    assert f"1 of 2 approvals, by {rop}" in second.get(at(pending)).content.decode()
    assert "You gave the first of two approvals." in principal.get(at(pending)).content.decode()
    second.post(at(pending), verdict("approved", ReasonCode.FACTS_CONFIRMED))
    pending.refresh_from_db()
    assert (pending.status, pending.first_approved_by) == ("APPROVED", rop)


def test_a_request_is_claimed_released_assigned_and_taken_over(acme, principal, rop, pending):
    other = second_principal(acme.correspondent)

    assert principal.post(at(pending) + "/claim").headers["Location"] == at(pending)
    assert "You work on it" in principal.get(at(pending)).content.decode()
    principal.post(at(pending) + "/release")
    pending.refresh_from_db()
    assert pending.claimed_by is None
    principal.post(at(pending) + "/assign", {"to": other.pk})
    pending.refresh_from_db()
    assert pending.claimed_by == other
    taken = principal.get(at(pending)).content.decode()
    assert "has worked on this request since" in taken
    assert 'id="verdict"' not in taken
    principal.post(at(pending) + "/assign", {"to": rop.pk})
    pending.refresh_from_db()
    assert pending.claimed_by == rop


def test_nobody_is_assigned_who_cannot_decide(acme, principal, pending):
    refused = principal.post(at(pending) + "/assign", {"to": acme.ops.pk})

    assert refused.status_code == 422
    assert unchanged(pending)


def test_a_decision_is_opened_again_with_why(principal, rop, pending):
    principal.post(at(pending), verdict("approved", ReasonCode.FACTS_CONFIRMED))

    short = principal.post(at(pending) + "/reopen", {"reopen-reason_code": "error_corrected", "reopen-reason": "x"})
    again = principal.post(at(pending) + "/reopen", {"reopen-reason_code": "error_corrected", "reopen-reason": REASON})

    assert short.status_code == 422
    assert again.headers["Location"] == at(pending)
    pending.refresh_from_db()
    assert (pending.status, pending.round) == ("PENDING", 2)
    assert Account.objects.get(pk=pending.account_id).options_approved_level == 2


def test_the_next_request_passes_over_what_others_work_on_and_what_waits_for_the_applicant(acme, rop):
    first, taken, asked, free = (make_pending(acme.correspondent) for _ in range(4))
    claim_application(actor=second_principal(acme.correspondent), application_id=taken.pk)
    OptionsApplication.objects.filter(pk=asked.pk).update(asked_at=clock.now())

    assert next_request(rop, QueueFilter(), first) == free
    assert next_request(rop, QueueFilter(), free) == first
    assert next_request(rop, QueueFilter(whose="claimed"), first) == taken
    assert next_request(rop, QueueFilter(whose="asked"), first) == asked
    assert next_request(rop, QueueFilter(whose="mine"), first) is None


def test_what_does_not_exist_is_not_found(principal):
    assert principal.get(f"/options/requests/{uuid4()}").status_code == 404


def test_the_queue_is_read_by_its_index(acme, rop):
    make_pending(acme.correspondent)
    with CaptureQueriesContext(connection) as taken:
        list_queue(rop, QueueFilter())
    (statement,) = [one["sql"] for one in taken if 'FROM "options_optionsapplication"' in one["sql"]]

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "requests_waiting_of_" in plan
    assert "Sort" not in plan


def test_assigning_names_the_colleague(acme, principal, pending):
    other = second_principal(acme.correspondent)
    assign_application(actor=acme.rop, application_id=pending.pk, to=other.pk)

    (row,) = principal.get("/options/queue").context["rows"]

    assert row.application.claimed_by == other
