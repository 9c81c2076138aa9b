import pytest

from accounts.choices import AccountStatus, Role
from accounts.errors import (
    AccountClosed,
    AccountInputInvalid,
    AccountNotFound,
    EmailTaken,
    FixturesNotOffered,
    PrimaryHolderNotFound,
    UnknownStatusFixture,
)
from accounts.models import Account, Agreement, Identity, OwnerDocument, Suitability
from accounts.rules.applications import ConfigurationChanges
from accounts.rules.onboarding import FIXTURE_STATUSES
from accounts.sealing import unseal
from accounts.services.onboarding import advance_opening, configure_account, open_account
from accounts.services.users import system_user
from accounts.tasks import advance_account, advance_openings_left_behind
from brokerage import clock, schedule
from brokerage.errors import NotPermitted
from brokerage.models import Event
from tests.factories import api_user, change_row, make_account, make_application, make_customer, make_staff, nowhere


def events_of(account):
    return list(Event.objects.filter(account_id=account.pk).order_by("id").values_list("type", "payload"))


def written():
    return Account.objects.customers().count(), Identity.objects.count(), Event.objects.count()


def test_an_account_opens_as_submitted_with_everything_that_was_sent(acme):
    account = open_account(actor=acme.api_user, application=make_application({"contact.email_address": "J+1@Ex.com"}))

    account = Account.objects.get(pk=account.pk)
    assert (account.status, account.correspondent, account.opened_by) == (
        "SUBMITTED",
        acme.correspondent,
        acme.api_user,
    )
    assert (account.name, account.email_address, account.registered_email) == ("John Doe", "J+1@Ex.com", "j+1@ex.com")
    assert account.phone_number == "555-666-7788"
    assert account.enabled_assets == ["us_equity", "crypto", "us_option"]
    assert (account.options_approved_level, account.options_trading_level) == (0, 0)
    assert account.contact.street_address == ["20 N San Mateo Dr"]
    assert account.identity.date_of_birth.isoformat() == "1990-01-01"
    assert account.disclosures.context[0]["company_street_address"] == ["1735 K Street, NW"]
    assert account.trusted_contact.given_name == "Jane"
    assert account.suitability.get().number_of_dependents == 5
    assert [signed.revision for signed in account.agreements.all()] == [
        "16.2021.05",
        "16.2021.05",
        "16.2021.05",
        "04.2021.10",
        "01.2024.05",
    ]


def test_its_first_event_says_what_it_opened_as(acme):
    account = open_account(actor=acme.api_user, application=make_application())

    assert events_of(account) == [
        (
            "account.opened",
            {
                "status_from": "",
                "status_to": "SUBMITTED",
                "crypto_status_from": "",
                "crypto_status_to": "INACTIVE",
                "account_blocked": False,
                "trading_blocked": False,
            },
        )
    ]


def test_the_tax_id_is_sealed_and_opens_for_its_account_only(acme):
    account = make_account(acme.correspondent)
    identity = Identity.objects.get(account=account)

    assert b"4321" not in bytes(identity.tax_id_sealed)
    assert unseal(bytes(identity.tax_id_sealed), account_id=account.pk) == b"124-55-4321"


def test_the_last_four_are_kept_to_show_unless_they_would_tell_most_of_it(acme):
    short = {"identity.tax_id": "1357902", "identity.tax_id_type": "OTHER_GOV_ID"}

    assert make_account(acme.correspondent).identity.tax_id_last_four == "4321"
    assert make_account(acme.correspondent, changes=short).identity.tax_id_last_four == ""


def test_one_person_in_two_accounts_is_found_by_the_digest(acme, globex):
    first, second = make_account(acme.correspondent), make_account(globex.correspondent)

    assert first.identity.tax_id_digest == second.identity.tax_id_digest
    assert Identity.objects.filter(tax_id_digest=first.identity.tax_id_digest).count() == 2


def test_a_document_is_sealed_on_disk(acme):
    account = make_account(acme.correspondent)
    document = OwnerDocument.objects.get(account=account)

    with document.content.open() as stored:
        sealed = stored.read()
    assert b"\xff\xd8\xff" not in sealed
    assert unseal(sealed, account_id=account.pk) == b"\xff\xd8\xff\n"
    assert (document.mime_type, document.content_size, document.document_sub_type) == ("image/jpeg", 4, "passport")


def test_an_unanswered_question_stays_unanswered(acme):
    answers = ("annual_income_min", "number_of_dependents", "risk_tolerance")
    application = make_application(without=tuple(f"identity.{name}" for name in answers))

    account = open_account(actor=acme.api_user, application=application)

    row = account.suitability.get()
    assert (row.annual_income_min, row.number_of_dependents, row.risk_tolerance) == (None, None, "")


def test_nothing_answered_is_no_revision(acme):
    answers = list(make_application().suitability.__dict__)
    account = make_account(acme.correspondent, changes=None)
    opened = open_account(
        actor=acme.api_user, application=make_application(without=tuple(f"identity.{name}" for name in answers))
    )

    assert Suitability.objects.filter(account=account).count() == 1
    assert not Suitability.objects.filter(account=opened).exists()


def test_the_worker_moves_an_opening_to_active_with_one_event_for_each_step(acme):
    account = open_account(actor=acme.api_user, application=make_application())

    advance_account(str(account.pk))
    advance_account(str(account.pk))

    account.refresh_from_db()
    assert account.status == AccountStatus.ACTIVE
    assert events_of(account)[1:] == [
        ("account.status_changed", {"status_from": "SUBMITTED", "status_to": "APPROVED"}),
        ("account.status_changed", {"status_from": "APPROVED", "status_to": "ACTIVE"}),
    ]


@pytest.fixture
def worker_at_once(monkeypatch):
    """Run the task where it is started: there is no worker in these tests."""
    monkeypatch.setattr(advance_account, "apply_async", lambda arguments, **_: advance_account(*arguments))


def test_the_opening_is_handed_to_the_worker_after_the_commit(acme, worker_at_once, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        account = open_account(actor=acme.api_user, application=make_application())
        assert Account.objects.get(pk=account.pk).status == AccountStatus.SUBMITTED

    assert account.status == AccountStatus.SUBMITTED
    assert Account.objects.get(pk=account.pk).status == AccountStatus.ACTIVE


def test_an_account_stays_open_when_the_broker_is_away(acme, monkeypatch, django_capture_on_commit_callbacks):
    def fail(*_, **__):
        raise ConnectionError("the broker is away")

    monkeypatch.setattr(advance_account, "apply_async", fail)

    with django_capture_on_commit_callbacks(execute=True):
        account = open_account(actor=acme.api_user, application=make_application())

    advance_openings_left_behind(clock.now())
    assert Account.objects.get(pk=account.pk).status == AccountStatus.ACTIVE


def test_the_sweep_finds_what_was_left_behind_and_nothing_else(acme):
    waiting = [make_account(acme.correspondent, status=status) for status in (AccountStatus.SUBMITTED, "APPROVED")]
    updated = make_account(acme.correspondent)
    Account.objects.filter(pk=updated.pk).update(status=AccountStatus.ACCOUNT_UPDATED)
    pinned = make_account(acme.correspondent, status=AccountStatus.APPROVAL_PENDING)
    held = open_account(
        actor=acme.api_user,
        application=make_application({"additional_information": "/fixtures/status=SUBMITTED/fixtures/"}),
    )

    for _ in range(2):
        advance_openings_left_behind(clock.now())

    statuses = dict(Account.objects.values_list("pk", "status"))
    assert [statuses[account.pk] for account in (*waiting, updated)] == ["ACTIVE"] * 3
    assert statuses[pinned.pk] == "APPROVAL_PENDING"
    assert statuses[held.pk] == "SUBMITTED"


def test_the_sweep_runs_at_every_tick(acme):
    account = make_account(acme.correspondent, status=AccountStatus.SUBMITTED)

    schedule.run_due(clock.now())

    account.refresh_from_db()
    assert account.status == AccountStatus.ACTIVE


def test_in_production_nothing_moves_by_itself(acme, settings):
    settings.STRIKEBOOK_MODE = "production"
    account = open_account(actor=acme.api_user, application=make_application())

    advance_account(str(account.pk))
    advance_openings_left_behind(clock.now())

    account.refresh_from_db()
    assert account.status == AccountStatus.SUBMITTED
    assert len(events_of(account)) == 1


@pytest.mark.parametrize("status", FIXTURE_STATUSES)
def test_a_fixture_opens_an_account_in_its_status_and_keeps_it_there(acme, status):
    text = f"/fixtures/status={status}/fixtures/"

    account = open_account(actor=acme.api_user, application=make_application({"additional_information": text}))
    advance_account(str(account.pk))

    account.refresh_from_db()
    assert account.status == status
    assert account.closed_at == (account.created_at if status == AccountStatus.ACCOUNT_CLOSED else None)
    assert [payload["status_to"] for _, payload in events_of(account)] == [status]


def test_an_unknown_fixture_is_refused_and_writes_nothing(acme):
    before = written()
    application = make_application({"additional_information": "/fixtures/status=NONSENSE/fixtures/"})

    with pytest.raises(UnknownStatusFixture):
        open_account(actor=acme.api_user, application=application)

    assert written() == before


def test_production_refuses_fixtures_and_writes_nothing(acme, settings):
    settings.STRIKEBOOK_MODE = "production"
    before = written()
    application = make_application({"additional_information": "/fixtures/status=ACTIVE/fixtures/"})

    with pytest.raises(FixturesNotOffered):
        open_account(actor=acme.api_user, application=application)

    assert written() == before


def test_other_additional_information_is_kept(acme):
    application = make_application({"additional_information": "referred by a friend"})

    account = open_account(actor=acme.api_user, application=application)

    assert account.terms.additional_information == "referred by a friend"


@pytest.mark.parametrize("email", ["john@example.com", "JOHN@Example.com"])
def test_an_email_is_registered_once_in_a_correspondent(acme, globex, email):
    first = make_account(acme.correspondent, changes={"contact.email_address": "john@example.com"})
    before = written()

    with pytest.raises(EmailTaken) as refusal:
        open_account(actor=acme.api_user, application=make_application({"contact.email_address": email}))

    assert refusal.value.body() == {
        "code": 40910000,
        "message": f"an account with email_address {email} is already registered",
    }
    assert written() == before
    open_account(actor=api_user(globex.correspondent), application=make_application({"contact.email_address": email}))
    change_row(first, status=AccountStatus.ACCOUNT_CLOSED)
    open_account(actor=acme.api_user, application=make_application({"contact.email_address": email}))


def test_an_application_at_fault_writes_nothing(acme):
    before = written()
    application = make_application({"contact.city": "", "identity.tax_id": "000-00-0000"})

    with pytest.raises(AccountInputInvalid) as refusal:
        open_account(actor=acme.api_user, application=application)

    assert set(refusal.value.errors) == {"contact.city", "identity.tax_id"}
    assert written() == before
    assert not Agreement.objects.exists()
    assert not OwnerDocument.objects.exists()


@pytest.mark.parametrize("who", ["reader", "rop", "customer", "broker"])
def test_who_may_not_open_accounts_opens_none(acme, who):
    actor = {
        "reader": acme.reader,
        "rop": acme.rop,
        "customer": make_customer(acme.correspondent),
        "broker": make_staff(Role.OPERATIONS, None),
    }[who]
    before = written()

    with pytest.raises(NotPermitted):
        open_account(actor=actor, application=make_application())

    assert written() == before


def test_a_further_account_is_the_same_persons_under_its_own_number(acme):
    first = make_account(acme.correspondent)
    application = make_application(
        {"primary_account_holder_id": str(first.pk), "account_type": "ira", "account_sub_type": "roth"},
        without=("contact", "identity"),
    )

    account = open_account(actor=acme.api_user, application=application)

    assert account.account_number != first.account_number
    assert (account.name, account.email_address) == (first.name, first.email_address)
    assert account.identity.tax_id_digest == first.identity.tax_id_digest
    assert unseal(bytes(account.identity.tax_id_sealed), account_id=account.pk) == b"124-55-4321"
    assert account.terms.primary_account_holder == first


def test_a_primary_holder_must_be_an_account_of_ours(acme, globex):
    foreign = make_account(globex.correspondent)
    before = written()

    for account_id in (foreign.pk, nowhere(), acme.firm_account.pk):
        application = make_application({"primary_account_holder_id": str(account_id)}, without=("contact", "identity"))
        with pytest.raises(PrimaryHolderNotFound):
            open_account(actor=acme.api_user, application=application)

    assert written() == before


def test_a_minor_is_kept_sealed(acme):
    application = make_application(
        {"account_type": "custodial", "custodial_account_type": "UTMA", "minor_identity": {"tax_id": "124-55-4322"}}
    )

    account = open_account(actor=acme.api_user, application=application)

    sealed = bytes(account.terms.minor_identity_sealed)
    assert b"4322" not in sealed
    assert unseal(sealed, account_id=account.pk) == b'{"tax_id":"124-55-4322"}'


def test_only_the_system_moves_openings_on(acme, ops):
    account = make_account(acme.correspondent, status=AccountStatus.SUBMITTED)

    with pytest.raises(NotPermitted):
        advance_opening(actor=ops, account_id=account.pk)

    account.refresh_from_db()
    assert account.status == AccountStatus.SUBMITTED
    with pytest.raises(AccountNotFound):
        advance_opening(actor=system_user(), account_id=nowhere())


def test_a_cap_lowers_the_level_in_force_at_once_and_never_raises_it(acme):
    account = make_account(acme.correspondent, options_approved_level=2)

    levels = [
        configure_account(
            actor=acme.api_user,
            account_id=account.pk,
            changes=ConfigurationChanges(max_options_trading_level=cap),
        ).options_trading_level
        for cap in (1, 0, 3, 2)
    ]

    assert levels == [1, 0, 2, 2]
    account.refresh_from_db()
    assert (account.options_approved_level, account.max_options_trading_level) == (2, 2)


def test_what_is_not_given_stays_as_it_is(acme):
    account = make_account(acme.correspondent)
    configure_account(
        actor=acme.api_user,
        account_id=account.pk,
        changes=ConfigurationChanges(no_shorting=True, max_options_trading_level=1),
    )

    configure_account(actor=acme.api_user, account_id=account.pk, changes=ConfigurationChanges(suspend_trade=True))

    account.refresh_from_db()
    assert (account.no_shorting, account.max_options_trading_level, account.suspend_trade) == (True, 1, True)
    assert account.is_configured
    assert events_of(account)[-2:] == [
        ("account.configured", {"no_shorting": True, "max_options_trading_level": 1}),
        ("account.configured", {"suspend_trade": True}),
    ]


def test_configuring_what_is_already_so_announces_nothing(acme):
    account = make_account(acme.correspondent)
    for _ in range(2):
        configure_account(
            actor=acme.api_user, account_id=account.pk, changes=ConfigurationChanges(max_options_trading_level=1)
        )

    assert [kind for kind, _ in events_of(account)].count("account.configured") == 1


@pytest.mark.parametrize("level", [-1, 4])
def test_a_cap_is_from_0_to_3(acme, level):
    account = make_account(acme.correspondent)
    before = Event.objects.count()

    with pytest.raises(AccountInputInvalid):
        configure_account(
            actor=acme.api_user, account_id=account.pk, changes=ConfigurationChanges(max_options_trading_level=level)
        )

    account.refresh_from_db()
    assert (account.max_options_trading_level, account.is_configured) == (None, False)
    assert Event.objects.count() == before


def test_who_may_not_configure_changes_nothing(acme, globex):
    account = make_account(acme.correspondent)
    owner = make_customer(acme.correspondent)
    Account.objects.filter(pk=account.pk).update(owner=owner)
    changes = ConfigurationChanges(max_options_trading_level=1)

    for actor, refusal in (
        (acme.reader, NotPermitted),
        (globex.api_user, AccountNotFound),
        (make_customer(acme.correspondent), AccountNotFound),
    ):
        with pytest.raises(refusal):
            configure_account(actor=actor, account_id=account.pk, changes=changes)

    account.refresh_from_db()
    assert account.max_options_trading_level is None
    assert configure_account(actor=owner, account_id=account.pk, changes=changes).max_options_trading_level == 1


def test_a_customer_sets_the_cap_and_neither_margin_nor_suspension(acme):
    owner = make_customer(acme.correspondent)
    account = make_account(acme.correspondent, owner=owner)
    before = Event.objects.count()

    for changes in (
        ConfigurationChanges(max_margin_multiplier="4"),
        ConfigurationChanges(max_options_trading_level=0, suspend_trade=True),
    ):
        with pytest.raises(NotPermitted):
            configure_account(actor=owner, account_id=account.pk, changes=changes)

    account.refresh_from_db()
    assert (account.max_margin_multiplier, account.suspend_trade, account.max_options_trading_level) == (
        "1",
        False,
        None,
    )
    assert Event.objects.count() == before


def test_a_closed_account_is_not_configured(acme):
    account = make_account(acme.correspondent, status=AccountStatus.ACCOUNT_CLOSED)

    with pytest.raises(AccountClosed):
        configure_account(
            actor=acme.api_user, account_id=account.pk, changes=ConfigurationChanges(max_options_trading_level=1)
        )

    account.refresh_from_db()
    assert account.max_options_trading_level is None
