"""An account's options in the browser: what is in force, the request, a level lowered and raised, and who may not."""

import re

import pytest
from django.test import Client

from accounts.choices import AccountStatus
from accounts.models import Account, Suitability
from accounts.models.notices import Notice
from brokerage import clock
from brokerage.models import Event
from options.choices import ApplicationStatus, ReasonCode
from options.models import OptionsApplication
from options.services.review import ask_applicant
from tests.factories import make_account, make_customer, nowhere
from tests.options.applicants import SOUND_ANSWERS
from tests.options.requests import FOR_A_PERSON

HTMX = {"HX-Request": "true"}
PAGES = ("", "/agreement", "/answers", "/apply", "/lower?level=0")


@pytest.fixture
def mine(acme):
    """An account with its holder, whose answers support every level."""
    return make_account(acme.correspondent, changes=SOUND_ANSWERS, owner=make_customer(acme.correspondent))


@pytest.fixture
def holder(client, mine):
    """The browser in which the holder is signed in."""
    client.force_login(mine.owner)
    return client


def path(account, part=""):
    return f"/accounts/{account.pk}/options{part}"


def told(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def seen(client, address):
    """Answer the mark that the form of a page carries."""
    return client.get(address).context["form"]["seen"].value()


def apply(client, account, **sent):
    """Ask for level 2 as the page does, with some fields otherwise."""
    address = path(account, "/apply?level=2")
    return client.post(address, {"seen": seen(client, address), "level": "2", "is_confirmed": "on"} | sent)


def lower(client, account, level, **sent):
    address = path(account, f"/lower?level={level}")
    return client.post(address, {"seen": seen(client, address), "level": level} | sent)


def approve(account, level, **columns):
    Account.objects.filter(pk=account.pk).update(options_approved_level=level, **columns)
    account.refresh_from_db()


def rows(account):
    """Answer what an act could have written about an account."""
    return (
        Account.objects.filter(pk=account.pk).values().get(),
        OptionsApplication.objects.filter(account=account).count(),
        account.agreements.count(),
        Suitability.objects.filter(account=account).count(),
        Event.objects.filter(account_id=account.pk).count(),
    )


# --- What is shown ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"options_approved_level": 0}, "No options level is approved."),
        ({"options_approved_level": 2}, "Level 2 is approved, and nothing holds it back."),
        (
            {"options_approved_level": 2, "max_options_trading_level": 1},
            "Level 2 is approved; your own cap holds it at level 1.",
        ),
        (
            {"options_approved_level": 2, "admin_max_options_trading_level": 0},
            "Level 2 is approved; a cap of Acme Securities holds it at off.",
        ),
        (
            {"options_approved_level": 2, "max_options_trading_level": 1, "admin_max_options_trading_level": 1},
            "Level 2 is approved; your own cap and a cap of Acme Securities hold it at level 1.",
        ),
        (
            {"options_approved_level": 1, "enabled_assets": ["us_equity"]},
            "Level 1 is approved. Options are not enabled on the account: nothing can be opened until they are.",
        ),
    ],
)
def test_the_page_says_why_the_level_is_what_it_is(holder, mine, columns, why):
    Account.objects.filter(pk=mine.pk).update(**{"enabled_assets": ["us_equity", "us_option"]} | columns)

    page = holder.get(path(mine)).context["page"]

    assert page.why == why


def test_each_level_says_which_kinds_of_transaction_it_allows(holder, mine):
    page = holder.get(path(mine)).context["page"]

    assert [(row.name, row.allows) for row in page.rows] == [
        ("Off", "Nothing can be opened"),
        ("Level 1", "Write covered calls and cash-secured puts"),
        ("Level 2", "Level 1, and buy calls and puts"),
    ]


@pytest.mark.parametrize(
    ("columns", "acts"),
    [
        ({"options_approved_level": 2}, ["Switch off", "Lower to level 1", ""]),
        ({"options_approved_level": 2, "max_options_trading_level": 1}, ["Switch off", "", "Raise to level 2"]),
        ({"options_approved_level": 2, "max_options_trading_level": 0}, ["", "Raise to level 1", "Raise to level 2"]),
        ({"options_approved_level": 1}, ["Switch off", "", "Apply for level 2"]),
        ({"options_approved_level": 2, "admin_max_options_trading_level": 1}, ["Switch off", "", ""]),
    ],
)
def test_each_level_offers_what_can_be_done_about_it(holder, mine, columns, acts):
    Account.objects.filter(pk=mine.pk).update(**columns)

    assert [row.act for row in holder.get(path(mine)).context["page"].rows] == acts


def test_before_and_after_asking_the_page_says_what_stands_between(client, acme):
    changes = SOUND_ANSWERS | {"identity.liquid_net_worth_min": "8000"}
    mine = make_account(acme.correspondent, changes=changes, owner=make_customer(acme.correspondent))
    client.force_login(mine.owner)
    said = "Liquid net worth 8,000 is below the 10,000 that level 2 asks."

    before = client.get(path(mine))
    apply(client, mine)
    after = client.get(path(mine))

    mine.refresh_from_db()
    assert said in told(before)
    assert said in told(after)
    assert mine.options_approved_level == 1
    assert after.context["page"].followed.outcome == "Approved for level 1, and not for level 2"


def test_what_is_missing_is_said_with_where_it_is_mended(client, acme):
    agreements = [
        {"agreement": "customer_agreement", "signed_at": "2020-09-11T18:13:44Z", "ip_address": "185.13.21.99"}
    ]
    changes = SOUND_ANSWERS | {"agreements": agreements, "identity.liquidity_needs": None}
    mine = make_account(acme.correspondent, changes=changes, owner=make_customer(acme.correspondent))
    client.force_login(mine.owner)

    page = client.get(path(mine)).context["page"]

    assert [(one.text, one.url) for one in page.outlooks[0].missing] == [
        ("Not answered yet: liquidity needs.", path(mine, "/answers")),
        ("The options agreement is not signed.", path(mine, "/agreement")),
    ]
    assert "Apply for level 2</button>" not in client.get(path(mine, "/apply?level=2")).content.decode()


def test_a_fragment_is_the_part_of_its_page(holder, mine):
    page = holder.get(path(mine)).content.decode()
    fragment = holder.get(path(mine), headers=HTMX).content.decode()

    assert fragment.strip() in page
    assert fragment.strip().startswith('<div class="stack" id="account-options"')


def test_staff_see_the_notices_and_who_asked_and_the_holder_does_not(client, acme, mine, ops):
    now = clock.now()
    Notice.objects.create(
        correspondent=acme.correspondent,
        account=mine,
        kind="decision",
        key="k",
        address="ada@example.com",
        subject="Your request for level 2",
        body="…",
        created_at=now,
        due_at=now,
        sent_at=now,
    )
    client.force_login(ops)
    apply(client, mine)
    for_staff = told(client.get(path(mine)))
    client.force_login(mine.owner)
    for_holder = told(client.get(path(mine)))

    assert "Your request for level 2" in for_staff
    assert str(ops) in for_staff
    assert "Your request for level 2" not in for_holder
    assert str(ops) not in for_holder


def test_what_every_level_lacks_alike_is_said_once(client, acme):
    changes = SOUND_ANSWERS | {"identity.liquidity_needs": None}
    mine = make_account(acme.correspondent, changes=changes, owner=make_customer(acme.correspondent))
    client.force_login(mine.owner)

    page = told(client.get(path(mine)))

    assert page.count("Not answered yet: liquidity needs.") == 1
    assert "Missing for any level" in page


def test_the_page_reads_as_much_for_many_requests_as_for_one(holder, mine, django_assert_max_num_queries):
    apply(holder, mine)
    first = OptionsApplication.objects.get(account=mine)
    for _ in range(15):
        first.pk = None
        first.save(force_insert=True)

    with django_assert_max_num_queries(20):
        page = holder.get(path(mine)).context["page"]

    assert len(page.earlier) == 10


# --- Ask for a level ----------------------------------------------------------------------------


def test_the_holder_applies_and_reads_the_outcome(holder, mine):
    response = apply(holder, mine)

    asked = OptionsApplication.objects.get(account=mine)
    mine.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, path(mine))
    assert (asked.requested_by, asked.is_fixture) == (mine.owner, False)
    assert (asked.status, mine.options_approved_level) == (ApplicationStatus.APPROVED, 2)
    assert "Approved for level 2." in told(holder.get(path(mine)))


def test_staff_ask_for_an_account_too(client, mine, ops):
    client.force_login(ops)

    assert apply(client, mine).status_code == 302
    assert OptionsApplication.objects.get(account=mine).requested_by == ops


def test_a_request_that_waits_stands_in_place_of_the_form(client, acme):
    mine = make_account(acme.correspondent, changes=FOR_A_PERSON, owner=make_customer(acme.correspondent))
    client.force_login(mine.owner)
    apply(client, mine)
    before = rows(mine)

    page = client.get(path(mine, "/apply?level=2"))
    again = client.post(
        path(mine, "/apply"), {"seen": page.context["form"]["seen"].value(), "level": "2", "is_confirmed": "on"}
    )

    assert page.context["page"].followed.is_pending
    assert "is_confirmed" not in page.content.decode()
    assert "Waits for a person to decide" in told(page)
    assert again.status_code == 422
    assert "pending review" in told(again)
    assert rows(mine) == before


@pytest.mark.parametrize("level", ["0", "3", "1.5", "two", "-1", "", "9" * 50])
def test_a_level_that_is_not_offered_is_refused_and_nothing_is_written(holder, mine, level):
    before = rows(mine)

    response = apply(holder, mine, level=level)

    assert response.status_code == 422
    assert "Choose level 1 or 2." in told(response)
    assert rows(mine) == before
    assert holder.get(path(mine, f"/apply?level={level}")).status_code == (422 if level else 200) or level == ""


def test_answers_that_were_not_confirmed_are_asked_for_again(holder, mine):
    before = rows(mine)
    address = path(mine, "/apply?level=2")

    response = holder.post(address, {"seen": seen(holder, address), "level": "2"})

    assert response.status_code == 422
    assert "Confirm the answers first" in told(response)
    assert rows(mine) == before


def test_answers_that_changed_since_they_were_read_are_read_again(holder, mine):
    stale = seen(holder, path(mine, "/apply?level=2"))
    newest = Suitability.objects.filter(account=mine).latest("id")
    newest.pk, newest.number_of_dependents = None, 7
    newest.save(force_insert=True)
    before = rows(mine)

    refused = apply(holder, mine, seen=stale)

    assert refused.status_code == 422
    assert rows(mine) == before
    assert refused.context["form"]["is_confirmed"].value() is not True
    assert refused.context["form"]["seen"].value() != stale
    assert apply(holder, mine, seen=refused.context["form"]["seen"].value()).status_code == 302


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"status": AccountStatus.ACTION_REQUIRED}, "once the account is active"),
        ({"enabled_assets": ["us_equity"]}, "Options are not among the assets"),
    ],
)
def test_an_account_that_cannot_ask_says_why_and_offers_nothing(holder, mine, columns, said):
    Account.objects.filter(pk=mine.pk).update(**columns)
    before = rows(mine)

    page = holder.get(path(mine, "/apply?level=2"))
    response = apply(holder, mine)

    assert said in told(page)
    assert "is_confirmed" not in page.content.decode()
    assert response.status_code == 422
    assert rows(mine) == before


@pytest.mark.parametrize("revision", [None, "01.2020.01"])
def test_without_the_agreement_in_force_nothing_is_asked(client, acme, revision):
    signed = {"signed_at": "2020-09-11T18:13:44Z", "ip_address": "185.13.21.99"}
    agreements = [{"agreement": "customer_agreement", **signed}]
    agreements += [{"agreement": "options_agreement", **signed, "revision": revision}] if revision else []
    changes = SOUND_ANSWERS | {"agreements": agreements}
    mine = make_account(acme.correspondent, changes=changes, owner=make_customer(acme.correspondent))
    client.force_login(mine.owner)
    before = rows(mine)

    response = apply(client, mine)

    assert response.status_code == 422
    assert "options_agreement" in told(response)
    assert rows(mine) == before


def test_a_fixture_in_the_form_counts_for_nothing(holder, mine):
    apply(holder, mine, **{"fixtures": '{"status": "REJECTED"}', "fixtures.status": "REJECTED"})

    assert OptionsApplication.objects.get(account=mine).status == ApplicationStatus.APPROVED


# --- Answers, and a question -------------------------------------------------------------------


def test_the_holder_corrects_an_answer_as_a_new_revision_and_goes_on(holder, mine):
    address = path(mine, "/answers?level=2")
    form = holder.get(address).context["form"]
    sent = {one.name: str(one.value()) for one in form if one.value() not in (None, "")}

    response = holder.post(address, sent | {"number_of_dependents": "3"})

    newest = Suitability.objects.filter(account=mine).latest("id")
    assert response["Location"] == path(mine, "/apply?level=2")
    assert (newest.number_of_dependents, newest.recorded_by) == (3, mine.owner)
    assert Suitability.objects.filter(account=mine).count() == 2


def test_an_answer_that_is_refused_stands_on_its_field(holder, mine):
    before = rows(mine)
    form = holder.get(path(mine, "/answers")).context["form"]
    sent = {one.name: str(one.value()) for one in form if one.value() not in (None, "")}

    response = holder.post(path(mine, "/answers"), sent | {"annual_income_min": "-5"})

    assert response.status_code == 422
    assert "annual_income_min" in response.context["form"].errors
    assert rows(mine) == before


@pytest.fixture
def asked(client, acme):
    """An account whose holder is asked for more, and signed in."""
    mine = make_account(acme.correspondent, changes=FOR_A_PERSON, owner=make_customer(acme.correspondent))
    client.force_login(mine.owner)
    apply(client, mine)
    ask_applicant(
        actor=acme.rop,
        application_id=OptionsApplication.objects.get(account=mine).pk,
        reason_code=ReasonCode.ANSWERS_CONTRADICT,
        question="Since when do you trade options without stocks?",
    )
    return mine


def test_a_question_is_shown_and_answered_once(client, asked):
    page = told(client.get(path(asked)))
    answered = client.post(path(asked, "/reply"), {"answer": "Since 2019, at work."})
    again = client.post(path(asked, "/reply"), {"answer": "Since 2019, at work."})

    assert "Since when do you trade options without stocks?" in page
    assert "Waits for the answer" in page
    assert answered["Location"] == path(asked)
    assert "Since 2019, at work." in told(client.get(path(asked)))
    assert "Waits for a person to decide" in told(client.get(path(asked)))
    assert again.status_code == 422


def test_an_empty_answer_is_refused_and_nothing_is_written(client, asked):
    before = rows(asked)

    assert client.post(path(asked, "/reply"), {"answer": "  "}).status_code == 422
    assert rows(asked) == before


# --- Lower, switch off, raise ---------------------------------------------------------------------


def test_options_are_switched_off_and_raised_again_without_a_request(holder, mine):
    approve(mine, 2)

    lower(holder, mine, "0")
    mine.refresh_from_db()
    assert (mine.options_trading_level, mine.options_approved_level) == (0, 2)
    response = lower(holder, mine, "2")

    mine.refresh_from_db()
    assert response["Location"] == path(mine)
    assert (mine.options_trading_level, mine.max_options_trading_level) == (2, 2)
    assert not OptionsApplication.objects.filter(account=mine).exists()


def test_nobody_is_offered_a_level_that_the_firm_holds_back(holder, mine):
    approve(mine, 2)
    Account.objects.filter(pk=mine.pk).update(admin_max_options_trading_level=1)
    before = rows(mine)

    shown = holder.get(path(mine, "/lower?level=2"))
    refused = lower(holder, mine, "2")

    assert (shown.status_code, refused.status_code) == (422, 422)
    assert "It is approved" not in shown.content.decode()
    assert "up to level 1" in holder.get(path(mine, "/lower?level=0")).content.decode()
    assert rows(mine) == before


def test_staff_lower_an_account_too(client, mine, ops):
    approve(mine, 2)
    client.force_login(ops)

    lower(client, mine, "1")

    mine.refresh_from_db()
    assert mine.options_trading_level == 1


@pytest.mark.parametrize("level", ["3", "1.5", "two", "-1", "2", ""])
def test_a_cap_below_zero_or_above_what_is_approved_is_refused(holder, mine, level):
    approve(mine, 1)
    before = rows(mine)

    response = holder.post(path(mine, "/lower"), {"seen": seen(holder, path(mine, "/lower?level=0")), "level": level})

    assert response.status_code == 422
    assert "Choose level 0 or 1." in told(response)
    assert rows(mine) == before


def test_a_level_in_the_address_that_is_not_offered_is_said_to_be_so(holder, mine):
    approve(mine, 1)

    response = holder.get(path(mine, "/lower?level=2"))

    assert response.status_code == 422
    assert "Choose level 0 or 1." in told(response)


def test_a_level_that_was_changed_meanwhile_is_looked_at_again(holder, mine):
    approve(mine, 2)
    stale = seen(holder, path(mine, "/lower?level=0"))
    Account.objects.filter(pk=mine.pk).update(max_options_trading_level=1)
    before = rows(mine)

    refused = lower(holder, mine, "0", seen=stale)

    assert refused.status_code == 422
    assert rows(mine) == before
    assert lower(holder, mine, "0", seen=refused.context["form"]["seen"].value()).status_code == 302


# --- Who may not -------------------------------------------------------------------------------


@pytest.mark.parametrize("part", [*PAGES, "/reply"])
def test_a_neighbor_and_another_customer_find_nothing(client, acme, globex, mine, part):
    before = rows(mine)

    for stranger in (globex.ops, make_customer(acme.correspondent), make_customer(globex.correspondent)):
        client.force_login(stranger)
        assert client.get(path(mine, part)).status_code == 404
        if part:
            assert client.post(path(mine, part), {"level": "0", "seen": "x"}).status_code == 404
    assert rows(mine) == before


@pytest.mark.parametrize("part", [*PAGES, "/reply"])
def test_nobody_is_sent_to_sign_in_after_signing_out_too(holder, mine, part):
    before = rows(mine)
    holder.logout()

    for response in (holder.get(path(mine, part)), holder.post(path(mine, part), {"level": "0"})):
        if response.status_code != 405:
            assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/sign-in")
    assert rows(mine) == before


def test_a_reader_looks_and_does_nothing(client, mine, reader):
    approve(mine, 1)
    client.force_login(reader)
    before = rows(mine)

    assert client.get(path(mine)).status_code == 200
    assert client.get(path(mine, "/agreement")).status_code == 200
    assert [row.act for row in client.get(path(mine)).context["page"].rows] == ["", "", ""]
    for part in ("/answers", "/apply", "/lower", "/reply"):
        assert client.get(path(mine, part)).status_code == 403
    for part in ("/agreement", "/answers", "/apply", "/lower", "/reply"):
        assert client.post(path(mine, part), {"level": "0", "seen": "x", "answer": "x"}).status_code == 403
    assert rows(mine) == before


def test_a_closed_account_is_only_read(client, acme, ops):
    closed = make_account(
        acme.correspondent, status=AccountStatus.ACCOUNT_CLOSED, owner=make_customer(acme.correspondent)
    )
    for user in (ops, closed.owner):
        client.force_login(user)
        assert client.get(path(closed)).status_code == 200
        for part in ("/answers", "/apply", "/lower"):
            assert client.post(path(closed, part), {"level": "0", "seen": "x"}).status_code == 403


def test_a_firm_account_has_the_page_and_no_acts(client, acme, ops):
    client.force_login(ops)

    page = client.get(path(acme.firm_account)).context["page"]

    assert ([row.act for row in page.rows], page.outlooks) == (["", "", ""], ())


def test_an_account_that_does_not_exist_is_not_found(client, ops):
    client.force_login(ops)

    assert client.get(f"/accounts/{nowhere()}/options").status_code == 404


def test_a_form_from_elsewhere_is_refused(mine):
    approve(mine, 2)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(mine.owner)
    before = rows(mine)

    assert strict.post(path(mine, "/lower"), {"level": "0", "seen": "x"}).status_code == 403
    assert rows(mine) == before
