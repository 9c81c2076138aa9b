"""The settings pages: who sees what, saving with a reason, what waits, and the history."""

import json
from decimal import Decimal

import pytest
from django.test import Client

from accounts.choices import Role
from accounts.models import BrokerPolicy, Correspondent, SettingsProposal
from accounts.rules.settings import as_json
from accounts.services.settings import settings_of
from tests.factories import make_staff


def signed_in(user):
    desk = Client()
    desk.force_login(user)
    return desk


@pytest.fixture
def admin(acme):
    return make_staff(Role.ADMIN, acme.correspondent)


def fields(correspondent, **changes):
    """Answer what the form sends when it was shown just now."""
    kept = as_json(settings_of(Correspondent.objects.get(pk=correspondent.pk)))
    shown = {name: "" if value is None else value for name, value in kept.items()}
    return shown | {"seen": json.dumps(kept), "reason": "agreed with the partner"} | changes


def test_an_administrator_saves_with_a_reason_and_sees_who_did(acme, admin):
    desk = signed_in(admin)

    saved = desk.post("/settings/ACME", fields(acme.correspondent, journal_limit_amount="2,500.00"))

    assert saved["Location"] == "/settings/ACME"
    page = desk.get("/settings").content.decode()
    assert "The settings are saved." in page
    assert "Most in one journal: no limit → $2,500.00" in page
    assert "agreed with the partner" in page
    assert str(admin) in page


def test_what_loosens_waits_and_the_broker_confirms_it(acme, admin):
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(journal_limit_amount=Decimal("10.00"))
    desk, broker = signed_in(admin), signed_in(make_staff(Role.ADMIN, None))

    desk.post("/settings/ACME", fields(acme.correspondent, journal_limit_amount=""))
    proposal = SettingsProposal.objects.get()
    assert "waits for a second person" in desk.get("/settings").content.decode()
    assert desk.post(f"/settings/proposals/{proposal.pk}", {"decision": "accept"}).status_code == 403
    assert "Confirm" in broker.get("/settings").content.decode()
    assert broker.post(f"/settings/proposals/{proposal.pk}", {"decision": "accept"}).status_code == 302

    assert Correspondent.objects.get(pk=acme.correspondent.pk).journal_limit_amount is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": ""}, "Say why, in a few words."),
        ({"journal_limit_amount": "-1"}, "must be dollars from 0"),
        ({"requests_per_minute": "many"}, "Enter a whole number"),
        ({"opening_review": "never"}, "Select a valid choice"),
        ({"seen": "{}"}, "This form is broken"),
        ({"seen": "["}, "This form is broken"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(acme, admin, changes, said):
    before = settings_of(acme.correspondent)
    sent = fields(acme.correspondent, least_deposit_amount="7.00") | changes

    response = signed_in(admin).post("/settings/ACME", sent)

    assert (response.status_code, said in response.content.decode()) == (422, True)
    assert settings_of(Correspondent.objects.get(pk=acme.correspondent.pk)) == before


def test_a_stale_form_says_what_changed(acme, admin):
    stale = fields(acme.correspondent, least_deposit_amount="7.00")
    Correspondent.objects.filter(pk=acme.correspondent.pk).update(opening_review="person")

    response = signed_in(admin).post("/settings/ACME", stale)

    assert response.status_code == 422
    assert "Account openings is now Person" in response.content.decode()
    assert Correspondent.objects.get(pk=acme.correspondent.pk).least_deposit_amount == 0


def test_a_partner_sees_the_allocation_method_and_may_not_change_it(acme, admin):
    desk = signed_in(admin)

    assert "no correspondent has a say in it" in desk.get("/settings").content.decode()
    sent = {"method": "fifo", "seen": "random", "reason": "we like it"}
    assert "the allocation method is the broker" in desk.post("/settings/allocation", sent).content.decode()
    assert not BrokerPolicy.objects.filter(allocation_method="fifo").exists()
    assert signed_in(make_staff(Role.ADMIN, None)).post("/settings/allocation", sent).status_code == 302
    proposal = SettingsProposal.objects.get()
    second = signed_in(make_staff(Role.ADMIN, None, email="second@broker.example"))
    assert "from Random to <strong>First in, first out" in second.get("/settings").content.decode()
    second.post(f"/settings/proposals/{proposal.pk}", {"decision": "accept"})
    assert BrokerPolicy.objects.get().allocation_method == "fifo"


def test_settings_are_not_there_for_others(acme, globex, admin):
    before = settings_of(acme.correspondent)
    for who, status in ((make_staff(Role.ADMIN, globex.correspondent), 404), (acme.ops, 403), (acme.rop, 403)):
        desk = signed_in(who)
        assert desk.get("/settings/ACME").status_code == status
        assert desk.post("/settings/ACME", fields(acme.correspondent, requests_per_minute="5")).status_code == status
    assert Client().get("/settings/ACME")["Location"].startswith("/sign-in?next=/settings/ACME")

    assert settings_of(Correspondent.objects.get(pk=acme.correspondent.pk)) == before
