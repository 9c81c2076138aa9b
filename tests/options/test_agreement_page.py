"""Signing the options agreement in the browser: the holder, under the text that was read, and nobody else."""

import re

import pytest

from accounts.choices import AccountStatus, AgreementType
from accounts.models import Account, Agreement
from brokerage import clock
from brokerage.errors import NotPermitted
from brokerage.models import Event
from options.rules.agreements import Signature
from options.services.agreements import sign_options_agreement, text_in_force
from tests.factories import make_account, make_customer
from tests.options.applicants import SOUND_ANSWERS

SIGNED_AT_OPENING = {"signed_at": "2020-09-11T18:13:44Z", "ip_address": "185.13.21.99"}
CUSTOMER_AGREEMENT = {"agreement": "customer_agreement", **SIGNED_AT_OPENING}


@pytest.fixture
def mine(acme):
    """An account without an options agreement, opened for shares only, with its holder."""
    changes = SOUND_ANSWERS | {"agreements": [CUSTOMER_AGREEMENT], "enabled_assets": ["us_equity"]}
    return make_account(acme.correspondent, changes=changes, owner=make_customer(acme.correspondent))


@pytest.fixture
def holder(client, mine):
    client.force_login(mine.owner)
    return client


def path(account):
    return f"/accounts/{account.pk}/options/agreement"


def sign(client, account, **sent):
    body = {"seen": text_in_force().digest, "has_document": "on", "full_name": "john doe"} | sent
    return client.post(path(account), {name: value for name, value in body.items() if value is not None})


def signatures(account):
    return list(Agreement.objects.filter(account=account, agreement=AgreementType.OPTIONS))


def told(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_holder_reads_and_signs(holder, mine, clock_at):
    now = clock_at("2026-11-16 11:30")
    page = holder.get(path(mine))

    response = sign(holder, mine)

    (signed,) = signatures(mine)
    assert "You promise not to break these limits" in told(page)
    assert "Assignments are allocated Random" in told(page)
    assert response["Location"] == f"/accounts/{mine.pk}/options"
    assert (signed.revision, signed.signed_at, signed.ip_address) == ("01.2024.05", now, "127.0.0.1")
    assert (signed.text_digest, signed.recorded_by) == (text_in_force().digest, mine.owner)
    event = Event.objects.filter(account_id=mine.pk).latest("id")
    assert (event.type, event.payload) == ("account.updated", {"changed": ["agreements"]})
    assert "Nothing has to be signed again." in told(holder.get(path(mine)))


def test_the_signature_enables_options_on_an_account_opened_without_them(holder, mine):
    sign(holder, mine)
    page = holder.get(f"/accounts/{mine.pk}/options/apply?level=2")

    sent = {"seen": page.context["form"]["seen"].value(), "level": "2", "is_confirmed": "on"}
    holder.post(f"/accounts/{mine.pk}/options/apply", sent)

    mine.refresh_from_db()
    assert mine.options_approved_level == 2
    assert "us_option" in mine.enabled_assets


def test_who_signs_over_ipv6_signs_too(holder, mine):
    body = {"seen": text_in_force().digest, "has_document": "on", "full_name": "John Doe"}

    holder.post(path(mine), body, REMOTE_ADDR="2001:db8::7")

    assert signatures(mine)[0].ip_address == "2001:db8::7"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"full_name": "Jane Doe"}, "full_name"),
        ({"full_name": "J"}, "full_name"),
        ({"full_name": ""}, "full_name"),
        ({"has_document": None}, "has_document"),
    ],
)
def test_what_does_not_bind_is_refused_on_its_field_and_nothing_is_written(holder, mine, sent, field):
    events = Event.objects.count()

    response = sign(holder, mine, **sent)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert (signatures(mine), Event.objects.count()) == ([], events)


def test_a_signature_from_nowhere_is_refused(holder, mine):
    body = {"seen": text_in_force().digest, "has_document": "on", "full_name": "John Doe"}

    response = holder.post(path(mine), body, REMOTE_ADDR="")

    assert response.status_code == 422
    assert "could not be established" in told(response)
    assert signatures(mine) == []


@pytest.mark.parametrize("seen", ["0" * 64, "x", None])
def test_a_text_that_changed_meanwhile_is_read_again(holder, mine, seen):
    events = Event.objects.count()

    response = sign(holder, mine, seen=seen)

    assert response.status_code == 422
    assert (signatures(mine), Event.objects.count()) == ([], events)
    if seen:
        form = response.context["form"]
        assert "has changed since you opened this page" in told(response)
        assert (form["seen"].value(), form["full_name"].value()) == (text_in_force().digest, "john doe")
        assert not form["has_document"].value()


def test_signing_twice_is_one_signature(holder, mine):
    sign(holder, mine)
    again = sign(holder, mine)

    assert again.status_code == 302
    assert len(signatures(mine)) == 1


def test_an_older_text_is_signed_again(client, acme):
    older = {"agreement": "options_agreement", **SIGNED_AT_OPENING, "revision": "01.2020.01"}
    changes = SOUND_ANSWERS | {"agreements": [CUSTOMER_AGREEMENT, older]}
    mine = make_account(acme.correspondent, changes=changes, owner=make_customer(acme.correspondent))
    client.force_login(mine.owner)

    sign(client, mine)

    assert [one.revision for one in signatures(mine)] == ["01.2020.01", "01.2024.05"]


@pytest.mark.parametrize("who", ["ops", "reader"])
def test_staff_read_and_never_sign_in_the_holders_place(client, acme, mine, who):
    client.force_login(getattr(acme, who))

    assert client.get(path(mine)).status_code == 200
    assert sign(client, mine).status_code == 403
    assert signatures(mine) == []


def test_no_key_signs(acme, mine):
    signature = Signature("John Doe", text_in_force().digest, has_document=True, ip_address="::1")

    with pytest.raises(NotPermitted):
        sign_options_agreement(actor=acme.api_user, account_id=mine.pk, signature=signature)

    assert signatures(mine) == []


def test_nobody_and_strangers_sign_nothing(client, acme, globex, mine):
    assert sign(client, mine).status_code == 302
    for stranger in (globex.ops, make_customer(acme.correspondent)):
        client.force_login(stranger)
        assert sign(client, mine).status_code == 404
    assert signatures(mine) == []


def test_a_closed_account_signs_nothing(holder, mine):
    Account.objects.filter(pk=mine.pk).update(status=AccountStatus.ACCOUNT_CLOSED, closed_at=clock.now())

    assert sign(holder, mine).status_code == 403
    assert signatures(mine) == []
