from decimal import Decimal

import pytest

from accounts.choices import AccountStatus
from accounts.errors import (
    AccountClosed,
    AccountInputInvalid,
    AccountNotAuthorized,
    EmailTaken,
    FirmAccountHasNoHolder,
)
from accounts.models import Account, Suitability
from accounts.rules.applications import AccountChanges, SignedAgreement
from accounts.sealing import unseal
from accounts.services.changes import update_account
from accounts.tasks import advance_account
from brokerage import clock
from brokerage.errors import NotPermitted
from brokerage.models import Event
from tests.factories import make_account, make_customer, nowhere


def update(actor, account, **changes):
    return update_account(actor=actor, account_id=account.pk, changes=AccountChanges(**changes))


def events_of(account):
    found = Event.objects.filter(account_id=account.pk).order_by("id")
    return [(event.type, event.payload) for event in found if event.type != "account.opened"][2:]


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent)


def test_a_change_of_contact_is_seen_in_lists_too(acme, account):
    update(acme.api_user, account, contact={"email_address": "Jack+1@example.com", "phone_number": "+15551234567"})

    account = Account.objects.get(pk=account.pk)
    assert (account.contact.email_address, account.contact.phone_number) == ("Jack+1@example.com", "+15551234567")
    assert (account.email_address, account.registered_email) == ("Jack+1@example.com", "jack+1@example.com")
    assert account.phone_number == "+15551234567"
    assert account.contact.city == "San Mateo"
    assert account.status == AccountStatus.ACTIVE
    assert events_of(account) == [
        ("account.updated", {"changed": ["contact.email_address", "contact.phone_number"]}),
    ]


@pytest.mark.parametrize(
    ("section", "changes"),
    [
        ("identity", {"given_name": "Jack"}),
        ("identity", {"country_of_citizenship": "GBR"}),
        ("contact", {"street_address": ("1 First St",)}),
        ("contact", {"unit": "2B"}),
        ("disclosures", {"employer_name": "Globex"}),
        ("disclosures", {"is_control_person": True}),
    ],
)
def test_a_material_edit_sends_an_active_account_to_review_and_the_sandbox_brings_it_back(
    acme, account, section, changes
):
    updated = update(acme.api_user, account, **{section: changes})

    assert updated.status == AccountStatus.ACCOUNT_UPDATED
    assert events_of(account)[-1] == (
        "account.status_changed",
        {"status_from": "ACTIVE", "status_to": "ACCOUNT_UPDATED"},
    )
    advance_account(str(account.pk))
    account.refresh_from_db()
    assert account.status == AccountStatus.ACTIVE


def test_a_material_edit_before_activation_changes_no_status(acme):
    account = make_account(acme.correspondent, status=AccountStatus.APPROVAL_PENDING)

    assert update(acme.api_user, account, identity={"given_name": "Jack"}).status == AccountStatus.APPROVAL_PENDING


def test_a_new_name_is_the_accounts_name_and_the_tax_id_stays(acme, account):
    update(acme.api_user, account, identity={"given_name": "Jack", "middle_name": ""})

    account = Account.objects.get(pk=account.pk)
    assert account.name == "Jack Doe"
    assert account.identity.middle_name == ""
    assert unseal(bytes(account.identity.tax_id_sealed), account_id=account.pk) == b"124-55-4321"


def test_new_answers_are_a_new_revision_beside_the_old(acme, account):
    update(acme.api_user, account, suitability={"annual_income_min": Decimal(50000), "risk_tolerance": "moderate"})

    old, new = Suitability.objects.filter(account=account).order_by("id")
    assert (old.annual_income_min, old.risk_tolerance) == (10000, "conservative")
    assert (new.annual_income_min, new.risk_tolerance) == (50000, "moderate")
    assert (new.annual_income_max, new.number_of_dependents, new.recorded_by) == (10000, 5, acme.api_user)
    assert account.suitability.latest() == new


def test_agreements_are_appended_and_an_asset_class_is_switched_on(acme):
    account = make_account(
        acme.correspondent, changes={"enabled_assets": ["us_equity"], "agreements": [SAMPLE_SIGNATURE]}
    )
    signed = SignedAgreement(agreement="options_agreement", signed_at=clock.now(), ip_address="185.13.21.99")

    updated = update(acme.api_user, account, agreements=(signed,), enabled_assets=("us_option",))

    assert updated.enabled_assets == ["us_equity", "us_option"]
    assert [(one.agreement, one.revision) for one in account.agreements.all()] == [
        ("account_agreement", "16.2021.05"),
        ("options_agreement", "01.2024.05"),
    ]
    assert updated.status == AccountStatus.ACTIVE
    assert events_of(account) == [("account.updated", {"changed": ["enabled_assets", "agreements"]})]


SAMPLE_SIGNATURE = {
    "agreement": "account_agreement",
    "signed_at": "2020-09-11T18:13:44Z",
    "ip_address": "185.13.21.99",
}


def test_a_trusted_contact_can_be_added_later(acme):
    account = make_account(acme.correspondent)
    account.trusted_contact.delete()

    update(
        acme.api_user, account, trusted_contact={"given_name": "Ann", "family_name": "Doe", "phone_number": "5556667"}
    )

    assert Account.objects.get(pk=account.pk).trusted_contact.given_name == "Ann"


def test_what_is_already_so_is_no_change(acme, account):
    before = Event.objects.count()

    update(
        acme.api_user,
        account,
        contact={"city": "San Mateo"},
        identity={"date_of_birth": account.identity.date_of_birth},
        suitability={"number_of_dependents": 5},
        enabled_assets=("us_equity",),
    )

    assert Event.objects.count() == before
    assert Suitability.objects.filter(account=account).count() == 1


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"contact": {"city": ""}}, {"contact.city"}),
        ({"contact": {"street_address": ("PO Box 1",)}}, {"contact.street_address"}),
        ({"contact": {"state": "XX", "postal_code": "1"}}, {"contact.state", "contact.postal_code"}),
        ({"identity": {"tax_id": "124-55-4322"}}, {"identity.tax_id"}),
        ({"identity": {"country_of_tax_residence": "GBR"}}, {"identity.country_of_tax_residence"}),
        ({"identity": {"given_name": ""}, "contact": {"city": ""}}, {"identity.given_name", "contact.city"}),
        ({"suitability": {"annual_income_min": Decimal(-1)}}, {"identity.annual_income_min"}),
        ({"trusted_contact": {"given_name": ""}}, {"trusted_contact.given_name"}),
        (
            {"agreements": (SignedAgreement(agreement="options_agreement"),)},
            {"agreements.0.signed_at", "agreements.0.ip_address"},
        ),
    ],
)
def test_a_change_at_fault_names_its_fields_and_writes_nothing(acme, account, changes, fields):
    before = Event.objects.count(), account.contact.city, Account.objects.values().get(pk=account.pk)

    with pytest.raises(AccountInputInvalid) as refusal:
        update(acme.api_user, account, **changes)

    account = Account.objects.get(pk=account.pk)
    assert set(refusal.value.errors) == fields
    assert (Event.objects.count(), account.contact.city, Account.objects.values().get(pk=account.pk)) == before
    assert account.agreements.count() == 5


def test_an_email_of_another_account_is_refused_and_writes_nothing(acme, account):
    make_account(acme.correspondent, changes={"contact.email_address": "taken@example.com"})
    before = Event.objects.count()

    with pytest.raises(EmailTaken):
        update(acme.api_user, account, contact={"email_address": "taken@example.com", "city": "Oakland"})

    fresh = Account.objects.get(pk=account.pk)
    assert (fresh.email_address, fresh.contact.city) == (account.email_address, "San Mateo")
    assert Event.objects.count() == before


def test_who_may_not_edit_changes_nothing(acme, globex, account):
    customer = make_customer(acme.correspondent)
    Account.objects.filter(pk=account.pk).update(owner=customer)

    for actor, refusal in (
        (acme.reader, NotPermitted),
        (acme.rop, NotPermitted),
        (customer, NotPermitted),
        (globex.api_user, AccountNotAuthorized),
    ):
        with pytest.raises(refusal):
            update(actor, account, contact={"city": "Oakland"})
    with pytest.raises(AccountNotAuthorized):
        update_account(actor=acme.api_user, account_id=nowhere(), changes=AccountChanges(contact={"city": "Oakland"}))

    assert Account.objects.get(pk=account.pk).contact.city == "San Mateo"


def test_a_closed_account_and_a_firm_account_are_not_changed(acme):
    closed = make_account(acme.correspondent, status=AccountStatus.ACCOUNT_CLOSED)

    with pytest.raises(AccountClosed):
        update(acme.api_user, closed, contact={"city": "Oakland"})
    with pytest.raises(FirmAccountHasNoHolder):
        update(acme.api_user, acme.firm_account, contact={"city": "Oakland"})

    assert Account.objects.get(pk=closed.pk).contact.city == "San Mateo"


def test_a_holder_changes_the_answers_and_nothing_else(acme):
    account = make_account(acme.correspondent, owner=make_customer(acme.correspondent))

    update(account.owner, account, suitability={"number_of_dependents": 3})
    for more in (
        {"contact": {"phone_number": "+15551234567"}},
        {"enabled_assets": ("crypto",)},
        {
            "agreements": (
                SignedAgreement(agreement="options_agreement", signed_at=clock.now(), ip_address="192.0.2.1"),
            )
        },
    ):
        with pytest.raises(NotPermitted):
            update(account.owner, account, suitability={"number_of_dependents": 4}, **more)

    assert Suitability.objects.filter(account=account).latest("id").number_of_dependents == 3
    assert events_of(account) == [("account.updated", {"changed": ["suitability.number_of_dependents"]})]


def test_a_reader_and_another_customer_change_no_answers(acme, account):
    with pytest.raises(NotPermitted):
        update(acme.reader, account, suitability={"number_of_dependents": 3})
    with pytest.raises(AccountNotAuthorized):
        update(make_customer(acme.correspondent), account, suitability={"number_of_dependents": 3})

    assert Suitability.objects.filter(account=account).count() == 1
