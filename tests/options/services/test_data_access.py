"""What a correspondent may see of the market: agreed by the broker, kept with its history, and held to."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.choices import Role
from accounts.errors import CorrespondentNotFound, ReasonNeeded
from accounts.models import AuditEntry
from accounts.services.users import system_user
from brokerage import clock
from brokerage.errors import NotPermitted
from options.choices import DataFeed
from options.data_access_errors import (
    DataAccessInvalid,
    DataAccessIsTheBrokers,
    DataPriceInForce,
    EntitlementChangedMeanwhile,
)
from options.data_errors import DataNotSubscribed, FeedNotCarried, OpraNotSigned, SipNotSubscribed
from options.models import DataEntitlement, DataPrice
from options.rules.data_access import EntitlementTicket, PriceTicket
from options.services.data_access import change_entitlement, set_data_price
from options.services.entitlements import FeedName, entitled_to, feed_for, stock_feed_for
from tests.factories import make_staff, nowhere
from tests.options.entitled import SIGNED, broker_admin, entitle
from tests.runtime import runtime_role

LATE = timedelta(minutes=15)


@pytest.fixture(autouse=True)
def _thursday(clock_at):
    clock_at("2026-01-15 11:00")


def ticket(**changes):
    return EntitlementTicket(**{"feed": "indicative", "reason": "agreed with the partner"} | changes)


def price(feed="opra", month=date(2026, 1, 1), amount="1500"):
    return PriceTicket(feed=feed, month=month, monthly_amount=Decimal(amount), reason="the list of 2026")


# --- What an actor is shown ---------------------------------------------------------------------


def test_a_new_correspondent_sees_everything_in_the_sandbox_and_nothing_in_production(acme, settings):
    now = clock.now()
    assert feed_for(acme.api_user, None, now).name is FeedName.OPRA
    assert stock_feed_for(acme.api_user, None, now).name is FeedName.SIP

    settings.STRIKEBOOK_MODE = "production"

    with pytest.raises(DataNotSubscribed) as refusal:
        feed_for(acme.api_user, None, now)
    assert (refusal.value.http_status, refusal.value.code) == (403, 40310000)
    assert "referral to a market data partner" in str(refusal.value)
    assert entitled_to(system_user(), now) is DataFeed.OPRA


def test_real_time_is_for_who_signed_and_the_rest_is_fifteen_minutes_late(acme):
    entitle(acme.correspondent, "indicative")
    actor, now = acme.api_user, clock.now()

    late = feed_for(actor, None, now)
    assert (late.name, late.as_of, late.is_delayed) == (FeedName.INDICATIVE, now - LATE, True)
    assert stock_feed_for(actor, None, now).name is FeedName.DELAYED_SIP
    with pytest.raises(OpraNotSigned, match="OPRA agreement is not signed"):
        feed_for(actor, FeedName.OPRA, now)
    with pytest.raises(SipNotSubscribed):
        stock_feed_for(actor, FeedName.SIP, now)
    with pytest.raises(FeedNotCarried):
        stock_feed_for(actor, FeedName.BOATS, now)

    entitle(acme.correspondent, "opra")
    assert feed_for(actor, None, now).as_of == now
    assert feed_for(actor, FeedName.INDICATIVE, now).as_of == now - LATE


@pytest.mark.parametrize("asked", [None, FeedName.OPRA, FeedName.INDICATIVE])
def test_without_any_feed_whatever_is_asked_is_referred(acme, globex, asked):
    entitle(acme.correspondent, "none")

    with pytest.raises(DataNotSubscribed):
        feed_for(acme.api_user, asked, clock.now())
    with pytest.raises(DataNotSubscribed):
        stock_feed_for(acme.api_user, None, clock.now())
    assert feed_for(globex.api_user, None, clock.now()).name is FeedName.OPRA


def test_asking_costs_one_query(acme, django_assert_num_queries):
    entitle(acme.correspondent, "opra")
    now = clock.now()
    feed_for(acme.api_user, None, now)

    with django_assert_num_queries(1):
        feed_for(acme.api_user, None, now)


def test_what_was_agreed_for_a_later_day_holds_from_its_midnight_in_new_york(acme, clock_at):
    entitle(acme.correspondent, "opra")
    entitle(acme.correspondent, "none", effective_on=date(2026, 1, 20))

    assert entitled_to(acme.api_user, clock_at("2026-01-19 23:59")) is DataFeed.OPRA
    assert entitled_to(acme.api_user, clock_at("2026-01-20 00:00")) is DataFeed.NONE


# --- Agreeing -----------------------------------------------------------------------------------


def test_a_change_is_kept_with_who_when_why_and_the_audit_trail_has_it(acme):
    first = entitle(acme.correspondent, "opra")
    second = entitle(acme.correspondent, "indicative", reason="they asked for less")

    assert [(one.feed, one.signed_by, one.signed_on) for one in DataEntitlement.objects.order_by("pk")] == [
        ("opra", "Ada Park", date(2026, 1, 5)),
        ("indicative", "Ada Park", date(2026, 1, 5)),
    ]
    assert (second.changed_by, second.changed_at, second.effective_from) == (broker_admin(), clock.now(), clock.now())
    entry = AuditEntry.objects.get(subject="DataEntitlement", subject_id=str(second.pk))
    assert (entry.correspondent_id, entry.actor_id, entry.reason) == (
        acme.correspondent.pk,
        broker_admin().pk,
        "they asked for less",
    )
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        DataEntitlement.objects.filter(pk=first.pk).update(feed="none")


def test_the_same_again_changes_nothing(acme):
    first = entitle(acme.correspondent, "opra")
    later = {"actor": broker_admin(), "correspondent_id": acme.correspondent.pk, "seen": None}

    assert change_entitlement(ticket=ticket(feed="opra", **SIGNED), **later) == first
    assert DataEntitlement.objects.count() == 1


def refused_without_a_trace(refusal, actor, correspondent_id, seen=None, **changes):
    before = list(DataEntitlement.objects.values())
    with pytest.raises(refusal):
        change_entitlement(actor=actor, correspondent_id=correspondent_id, ticket=ticket(**changes), seen=seen)
    assert list(DataEntitlement.objects.values()) == before


def test_a_change_that_is_refused_writes_nothing(acme, globex):
    broker, own = broker_admin(), acme.correspondent.pk
    record = entitle(acme.correspondent, "none", signed_by="", signed_on=None)

    refused_without_a_trace(DataAccessIsTheBrokers, make_staff(Role.ADMIN, acme.correspondent), own)
    refused_without_a_trace(DataAccessIsTheBrokers, make_staff(Role.ADMIN, globex.correspondent), own)
    for actor in (acme.ops, acme.rop, acme.reader, acme.api_user, make_staff(Role.COMPLIANCE, None)):
        refused_without_a_trace(NotPermitted, actor, own)
    refused_without_a_trace(CorrespondentNotFound, broker, nowhere())
    refused_without_a_trace(DataAccessInvalid, broker, own, record.pk, feed="opra")
    refused_without_a_trace(DataAccessInvalid, broker, own, record.pk, effective_on=date(2026, 1, 15))
    refused_without_a_trace(ReasonNeeded, broker, own, record.pk, reason="  x ")
    refused_without_a_trace(EntitlementChangedMeanwhile, broker, own, None)


def test_the_database_has_no_real_time_without_a_signature(acme):
    row = {"correspondent": acme.correspondent, "changed_by": acme.ops, "reason": "past the service"}
    moments = {"effective_from": clock.now(), "changed_at": clock.now()}

    for feed, signed_by in (("opra", ""), ("none", "Ada Park")):
        with pytest.raises(IntegrityError), transaction.atomic():
            DataEntitlement.objects.create(feed=feed, signed_by=signed_by, **row, **moments)


@pytest.mark.django_db(transaction=True)
def test_the_database_shows_a_partner_its_own_and_lets_it_change_nothing(acme, globex):
    for partner in (acme, globex):
        entitle(partner.correspondent, "opra")

    with runtime_role(acme.api_user):
        assert [one.correspondent_id for one in DataEntitlement.objects.all()] == [acme.correspondent.pk]
        with pytest.raises(DatabaseError), transaction.atomic():
            DataEntitlement.objects.all().delete()


# --- Prices -------------------------------------------------------------------------------------


def test_a_price_is_put_right_until_its_month_begins(clock_at):
    broker = broker_admin()
    first = set_data_price(actor=broker, ticket=price())
    assert set_data_price(actor=broker, ticket=price()) == first
    with pytest.raises(DataPriceInForce, match="January 2026 has begun"):
        set_data_price(actor=broker, ticket=price(amount="1600"))
    set_data_price(actor=broker, ticket=price(month=date(2026, 2, 1), amount="1600"))
    set_data_price(actor=broker, ticket=price(month=date(2026, 2, 1), amount="1700.005"))
    clock_at("2026-02-01 00:00")
    with pytest.raises(DataPriceInForce):
        set_data_price(actor=broker, ticket=price(month=date(2026, 2, 1), amount="1"))

    rows = DataPrice.objects.order_by("pk").values_list("effective_from", "monthly_amount", "entered_by")
    assert list(rows) == [
        (date(2026, 1, 1), Decimal("1500.00"), broker.pk),
        (date(2026, 2, 1), Decimal("1600.00"), broker.pk),
        (date(2026, 2, 1), Decimal("1700.01"), broker.pk),
    ]


def test_a_price_that_is_refused_writes_nothing(acme):
    for actor, given, refusal in (
        (make_staff(Role.ADMIN, acme.correspondent), price(), DataAccessIsTheBrokers),
        (acme.ops, price(), NotPermitted),
        (broker_admin(), price(amount="-1"), DataAccessInvalid),
        (broker_admin(), price(month=date(2025, 12, 1)), DataAccessInvalid),
    ):
        with pytest.raises(refusal):
            set_data_price(actor=actor, ticket=given)

    assert not DataPrice.objects.exists()
