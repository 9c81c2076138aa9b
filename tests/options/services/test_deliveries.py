"""The options disclosure document: delivered, recorded, and asked for before approval (DS-1)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.errors import AccountNotFound
from brokerage import clock
from brokerage.errors import NotPermitted
from options.choices import DeliveryMeans
from options.errors import DeliveryInvalid
from options.models import DisclosureDelivery
from options.rules.disclosure_document import EDITION_IN_FORCE, enclosed_edition, newest_revision
from options.services.deliveries import record_delivery
from tests.factories import make_account


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent)


def deliver(acme, account, *, actor=None, edition=EDITION_IN_FORCE, delivered_at=None):
    return record_delivery(
        actor=actor or acme.ops,
        account_id=account.pk,
        edition=edition,
        means=DeliveryMeans.MAIL,
        delivered_at=delivered_at or account.created_at,
    )


def test_a_delivery_says_which_edition_how_and_when(acme, account):
    delivery = deliver(acme, account)

    assert (delivery.edition, delivery.means, delivery.delivered_at) == ("2023-04", "mail", account.created_at)
    assert (delivery.recorded_by, delivery.account) == (acme.ops, account)


def test_the_same_delivery_again_is_recorded_once(acme, account):
    assert deliver(acme, account) == deliver(acme, account)
    assert DisclosureDelivery.objects.count() == 1


def test_an_edition_that_does_not_exist_and_a_day_to_come_are_named(acme, account):
    with pytest.raises(DeliveryInvalid) as refused:
        deliver(acme, account, edition="1999-01", delivered_at=clock.now() + timedelta(days=1))

    assert refused.value.errors == {
        "edition": ["must be 2022-03 or 2023-04"],
        "delivered_at": ["must not be in the future"],
    }
    assert not DisclosureDelivery.objects.exists()


def test_a_neighbor_and_a_reader_record_nothing(acme, globex, account):
    with pytest.raises(AccountNotFound):
        deliver(acme, account, actor=globex.ops)
    with pytest.raises(NotPermitted):
        deliver(acme, account, actor=acme.reader)

    assert not DisclosureDelivery.objects.exists()


def test_a_delivery_is_never_changed_or_deleted(acme, account):
    delivery = deliver(acme, account)

    for act in (lambda: DisclosureDelivery.objects.update(means="agreement"), delivery.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


@pytest.mark.parametrize(
    ("revision", "edition"),
    [("", ""), ("16.2021.05", ""), ("99.2024.04", ""), ("01.2024.05", "2023-04"), ("24.2025.11", "2023-04")],
)
def test_an_agreement_encloses_the_edition_of_its_time(revision, edition):
    assert enclosed_edition(revision) == edition


def test_the_newest_revision_is_told_by_its_month():
    assert newest_revision(["24.2021.05", "01.2024.05", "16.2021.06"]) == "01.2024.05"
    assert newest_revision([]) == ""
