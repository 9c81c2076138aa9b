"""Editing what is on file in place: section by section, refused on the fields, never over somebody else's edit."""

import re

import pytest

from accounts.choices import AccountStatus
from accounts.errors import ChangedMeanwhile
from accounts.models import Account, Agreement, Suitability
from accounts.profile_forms import FORMS, SectionForm
from accounts.rules import applications as tickets
from accounts.rules.applications import AccountChanges
from accounts.services.changes import update_account
from brokerage.models import Event
from tests.factories import make_account, make_customer, nowhere

HTMX = {"HX-Request": "true"}
TICKETS = {
    "contact": tickets.ContactDetails,
    "identity": tickets.IdentityDetails,
    "suitability": tickets.SuitabilityAnswers,
    "disclosures": tickets.DisclosureDetails,
    "trusted_contact": tickets.TrustedContactDetails,
    "configuration": tickets.ConfigurationChanges,
    "agreements": tickets.SignedAgreement,
}


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent, changes={"identity.given_name": "Ada", "identity.family_name": "Lovelace"})


@pytest.fixture
def desk(client, ops):
    """The browser in which Acme's operations clerk is signed in."""
    client.force_login(ops)
    return client


def path(account, section):
    return f"/accounts/{account.pk}/profile/{section}?edit=1"


def filled(client, account, section, **changes):
    """Answer what a browser would send: the form as it came, with some fields typed over."""
    form = client.get(path(account, section), headers=HTMX).context["form"]
    sent = {}
    for bound in form:
        value = bound.value()
        if value not in (None, "") and not (value is False and bound.widget_type == "checkbox"):
            sent[bound.name] = [str(one) for one in value] if isinstance(value, list | tuple) else str(value)
    return sent | changes


def told(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.mark.parametrize("section", TICKETS)
def test_a_form_has_the_fields_of_its_ticket_and_no_other(section):
    known = set(TICKETS[section].__dataclass_fields__)

    assert set(FORMS[section].base_fields) - {"seen"} <= known
    assert set(SectionForm.base_fields) == {"seen"}


@pytest.mark.parametrize("section", [name for name in FORMS if name != "agreements"])
def test_saving_what_is_on_file_changes_and_announces_nothing(desk, account, section):
    before = Account.objects.filter(pk=account.pk).values().get()
    events, revisions = Event.objects.count(), Suitability.objects.count()
    sent = filled(desk, account, section)

    response = desk.post(path(account, section), sent, headers=HTMX)

    after = Account.objects.filter(pk=account.pk).values().get()
    allowed = {"is_configured"} if section == "configuration" else set()
    assert response.status_code == 200, response.context["form"].errors
    assert {name for name in before if before[name] != after[name]} <= allowed
    assert Suitability.objects.count() == revisions
    assert Event.objects.count() == events or section == "configuration"


def test_a_section_is_saved_in_place(desk, account):
    response = desk.post(
        path(account, "contact"), filled(desk, account, "contact", phone_number="+12125550123"), headers=HTMX
    )

    account.contact.refresh_from_db()
    assert response.status_code == 200
    assert account.contact.phone_number == "+12125550123"
    assert 'id="section-contact"' in told(response)
    assert "Contact saved" in told(response)


def test_without_script_saving_leads_back_to_the_profile(desk, account):
    sent = filled(desk, account, "contact", unit="Apt 4")

    assert "<html" in told(desk.get(path(account, "contact")))
    response = desk.post(path(account, "contact"), sent, follow=True)

    assert response.redirect_chain == [(f"/accounts/{account.pk}/profile", 302)]
    assert "Contact: saved." in told(response)


def test_what_is_refused_stands_on_its_field_and_nothing_is_written(desk, account):
    before, events = account.contact.street_address, Event.objects.count()

    response = desk.post(
        path(account, "contact"),
        filled(desk, account, "contact", street_address="P.O. Box 12", state="Nowhere", email_address="x"),
        headers=HTMX,
    )

    form = response.context["form"]
    account.contact.refresh_from_db()
    assert response.status_code == 422
    assert set(form.errors) == {"street_address", "state", "email_address"}
    assert form.errors["street_address"] == ["Street_address cannot be a P.O. Box."]
    assert (account.contact.street_address, Event.objects.count()) == (before, events)


def test_a_material_edit_is_announced_before_and_sends_the_account_to_review(desk, account):
    assert "Changing street, unit, city, state, postal code sends the account to review" in told(
        desk.get(path(account, "contact"), headers=HTMX)
    )

    desk.post(path(account, "contact"), filled(desk, account, "contact", city="Oakland"), headers=HTMX)

    account.refresh_from_db()
    assert account.status in (AccountStatus.ACCOUNT_UPDATED, AccountStatus.ACTIVE)
    assert Event.objects.filter(type="account.status_changed", account_id=account.pk).last().payload["status_to"]


def test_an_edit_over_somebody_elses_is_refused_and_shows_what_is_on_file_now(desk, account, acme):
    mine = filled(desk, account, "contact", phone_number="+12125550001")
    update_account(
        actor=acme.api_user, account_id=account.pk, changes=AccountChanges(contact={"phone_number": "+12125550002"})
    )

    refused = desk.post(path(account, "contact"), mine, headers=HTMX)

    account.contact.refresh_from_db()
    assert refused.status_code == 422
    assert account.contact.phone_number == "+12125550002"
    assert ChangedMeanwhile.message in told(refused)
    assert refused.context["meanwhile"] == [("Phone", "+12125550002")]
    again = mine | {"seen": refused.context["form"]["seen"].value()}
    assert desk.post(path(account, "contact"), again, headers=HTMX).status_code == 200
    account.contact.refresh_from_db()
    assert account.contact.phone_number == "+12125550001"


def test_another_section_may_change_meanwhile(desk, account, acme):
    mine = filled(desk, account, "contact", phone_number="+12125550001")
    update_account(actor=acme.api_user, account_id=account.pk, changes=AccountChanges(identity={"middle_name": "K"}))

    assert desk.post(path(account, "contact"), mine, headers=HTMX).status_code == 200


def test_a_revision_of_the_answers_is_shown_beside_the_earlier_one(desk, account, ops):
    desk.post(
        path(account, "suitability"), filled(desk, account, "suitability", risk_tolerance="moderate"), headers=HTMX
    )

    response = desk.get(f"/accounts/{account.pk}/suitability")

    history = response.context["history"]
    risk = next(one for one in history.questions if one.label == "Risk tolerance")
    assert [one.is_changed for one in risk.answers] == [True, False]
    assert (risk.answers[0].value, risk.answers[0].was) == ("Moderate", risk.answers[1].value)
    assert sum(one.is_changed for question in history.questions for one in question.answers) == 1
    assert history.revisions[0].recorded_by == ops
    assert f"Changed, was {risk.answers[1].value}" in told(response)


def test_an_account_without_answers_says_so(desk, acme):
    assert "No answers are on file." in told(desk.get(f"/accounts/{acme.firm_account.pk}/suitability"))


def test_a_signature_is_recorded_once_with_time_address_and_revision(desk, account):
    signed = {"agreement": "margin_agreement", "signed_at": "2026-01-16T15:59", "ip_address": "203.0.113.7"}
    sent = filled(desk, account, "agreements", **signed)

    first = desk.post(path(account, "agreements"), sent, headers=HTMX)
    second = desk.post(path(account, "agreements"), sent, headers=HTMX)

    kept = Agreement.objects.get(account=account, agreement="margin_agreement", ip_address="203.0.113.7")
    assert (first.status_code, second.status_code) == (200, 422)
    assert kept.signed_at.isoformat() == "2026-01-16T20:59:00+00:00"
    assert kept.revision == "16.2021.05"
    assert "Jan 16, 2026 15:59 EST" in told(first)


def test_an_asset_class_is_switched_on_and_never_off(desk, account):
    Account.objects.filter(pk=account.pk).update(enabled_assets=["us_equity"])

    desk.post(path(account, "enabled_assets"), filled(desk, account, "enabled_assets", enabled_assets=["us_option"]))

    account.refresh_from_db()
    assert account.enabled_assets == ["us_equity", "us_option"]


def test_a_configuration_that_changed_meanwhile_is_not_saved(desk, account):
    mine = filled(desk, account, "configuration", no_shorting="on")
    Account.objects.filter(pk=account.pk).update(suspend_trade=True)

    response = desk.post(path(account, "configuration"), mine, headers=HTMX)

    account.refresh_from_db()
    assert response.status_code == 422
    assert (account.no_shorting, account.suspend_trade) == (False, True)


@pytest.mark.parametrize("section", FORMS)
def test_a_reader_edits_nothing(client, account, reader, section):
    client.force_login(reader)

    for response in (client.get(path(account, section)), client.post(path(account, section), {})):
        assert response.status_code == 403
    assert "?edit=1" not in told(client.get(f"/accounts/{account.pk}/profile"))


@pytest.mark.parametrize("section", FORMS)
def test_a_neighbor_finds_no_section(client, account, globex, section):
    client.force_login(globex.ops)

    assert client.get(path(account, section)).status_code == 404
    assert client.post(path(account, section), {}).status_code == 404


def test_nobody_is_sent_to_sign_in_and_nothing_is_saved(client, account):
    response = client.post(path(account, "contact"), {"phone_number": "+12125550001"})

    assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/sign-in")


def test_a_customer_answers_and_reads_the_rest(client, acme):
    mine = make_account(acme.correspondent, owner=make_customer(acme.correspondent))
    client.force_login(mine.owner)
    profile = told(client.get(f"/accounts/{mine.pk}/profile"))

    assert set(re.findall(r"profile/(\w+)\?edit", profile)) == {"suitability"}
    assert f"/accounts/{mine.pk}/options" in profile
    assert client.post(path(mine, "contact"), {"phone_number": "1"}).status_code == 403
    sent = filled(client, mine, "suitability", number_of_dependents="3")
    client.post(path(mine, "suitability"), sent)
    newest = Suitability.objects.filter(account=mine).latest("id")
    assert (newest.number_of_dependents, newest.recorded_by) == (3, mine.owner)


def test_a_closed_account_is_only_read(desk, acme):
    closed = make_account(acme.correspondent, status=AccountStatus.ACCOUNT_CLOSED)

    assert desk.get(path(closed, "contact")).status_code == 403
    assert "?edit=1" not in told(desk.get(f"/accounts/{closed.pk}/profile"))


def test_an_unknown_section_is_not_found(desk, account):
    assert desk.get(path(account, "nonsense")).status_code == 404
    assert desk.get(f"/accounts/{nowhere()}/profile/contact").status_code == 404


def test_an_event_brings_the_whole_profile_up_to_date_by_one_request(desk, account):
    said = desk.get(f"/accounts/{account.pk}/profile").content.decode()

    listening = re.findall(r'hx-get="([^"]+)" hx-trigger="sse:account-changed', said)
    swapped = re.search(r'hx-select-oob="([^"]+)"', said)
    assert listening.count(f"/accounts/{account.pk}/profile") == 1
    assert not [url for url in listening if "/profile/" in url]
    assert swapped is not None
    assert {f"#{anchor}" for anchor in re.findall(r'<section[^>]* id="(section-[a-z_]+)"', said)} == set(
        swapped[1].split(",")
    )


def test_amounts_are_shown_with_their_thousands_grouped(desk, account):
    form = desk.get(f"/accounts/{account.pk}/profile/suitability?edit=1").content.decode()

    shown = re.search(r'name="annual_income_max" value="([^"]+)"', form)
    assert shown is not None
    assert shown[1].replace(",", "") == f"{account.suitability.latest('id').annual_income_max:.2f}".removesuffix(".00")
