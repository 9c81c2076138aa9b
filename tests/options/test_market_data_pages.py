"""The market data pages: who sees what, changing access with a reason, usage by month and key, and its files."""

import csv
import re
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.test import Client

from accounts.choices import Role
from accounts.models import ApiKey, AuditEntry
from options.models import DataEntitlement, DataPrice, DataUsage
from tests.factories import make_api_key, make_correspondent, make_staff
from tests.options.entitled import broker_admin, entitle

HTMX = {"HX-Request": "true"}
BARS = "v1beta1/options/bars"


@pytest.fixture(autouse=True)
def _thursday(clock_at):
    clock_at("2026-01-15 11:00")


def signed_in(user):
    desk = Client()
    desk.force_login(user, backend="accounts.backends.PeopleBackend")
    return desk


@pytest.fixture
def broker(db):
    return signed_in(broker_admin())


def use(key, day, points=10, requests=1, endpoint=BARS):
    return DataUsage.objects.create(
        correspondent=key.user.correspondent,
        api_key=key,
        day=day,
        endpoint=endpoint,
        requests=requests,
        points=points,
    )


def agreed(**changes):
    said = {"feed": "indicative", "signed_by": "", "signed_on": "", "effective_on": "", "seen": ""}
    return said | {"reason": "agreed with the partner"} | changes


def test_the_broker_changes_access_and_the_page_keeps_who_and_why(acme, broker):
    assert "by default" in broker.get("/market-data").content.decode()

    saved = broker.post("/market-data/ACME", agreed(feed="opra", signed_by="Ada Park", signed_on="2026-01-05"))

    assert saved["Location"] == "/market-data/ACME"
    page = broker.get("/market-data/ACME").content.decode()
    assert "Real time (OPRA): in force." in page
    assert "Signed by Ada Park on" in page
    assert "agreed with the partner" in page
    broker.post("/market-data/ACME", agreed(feed="none", effective_on="2026-02-01", seen=newest()))
    page = broker.get("/market-data").content.decode()
    assert re.search(r"ACME · None from <time[^>]*>Feb 1, 2026", page)
    assert DataEntitlement.objects.filter(correspondent=acme.correspondent).count() == 2


def newest():
    return DataEntitlement.objects.order_by("pk").last().pk


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"feed": "opra"}, "Name who signed the OPRA agreement"),
        ({"feed": "opra", "signed_by": "Ada", "signed_on": "2026-01-16"}, "must be a day up to today"),
        ({"feed": "sip"}, "Select a valid choice"),
        ({"effective_on": "2026-01-15"}, "must be a day after today"),
        ({"effective_on": "soon"}, "Enter a valid date"),
        ({"reason": ""}, "Say why, in a few words."),
        ({"reason": "x"}, "say why, in 3 to 1,000 characters"),
        ({"seen": "999999999"}, "somebody changed this while you looked at it"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(acme, broker, changes, said):
    first = entitle(acme.correspondent, "none", signed_by="", signed_on=None)

    response = broker.post("/market-data/ACME", agreed(seen=first.pk) | changes)

    assert (response.status_code, said in response.content.decode()) == (422, True)
    assert list(DataEntitlement.objects.all()) == [first]


def test_a_partners_administrator_sees_its_own_and_changes_nothing(acme, globex, broker):
    use(acme.key, date(2026, 1, 14), points=4321)
    use(globex.key, date(2026, 1, 14), points=8765)
    desk = signed_in(make_staff(Role.ADMIN, acme.correspondent))

    page = desk.get("/market-data").content.decode()

    assert "4,321" in page
    assert "8,765" not in page
    assert "Change access" not in page
    for path in ("/market-data/GLBX", "/market-data/GLBX/export.csv", "/market-data/NOPE"):
        assert desk.get(path).status_code == 404
    assert desk.post("/market-data/GLBX", agreed()).status_code == 404
    assert desk.post("/market-data/ACME", agreed()).status_code == 403
    assert desk.post("/market-data/prices", price_of()).status_code == 403
    lines = list(csv.reader(StringIO(content(desk.get("/market-data/export.csv")))))
    assert {line[0] for line in lines[1:]} == {"ACME", ""}
    assert not DataEntitlement.objects.exists()
    assert not DataPrice.objects.exists()


def test_it_is_not_there_for_others(acme):
    for who in (acme.ops, acme.rop, acme.reader, make_staff(Role.COMPLIANCE, None)):
        desk = signed_in(who)
        for path in ("/market-data", "/market-data/ACME", "/market-data/export.csv", "/market-data/ACME/export.xlsx"):
            assert desk.get(path).status_code == 403, path
        assert desk.post("/market-data/ACME", agreed()).status_code == 403
    assert Client().get("/market-data")["Location"].startswith("/sign-in?next=/market-data")
    assert not DataEntitlement.objects.exists()
    assert not AuditEntry.objects.filter(subject="market data usage").exists()


def price_of(**changes):
    said = {"feed": "opra", "month": "2026-01-01", "monthly_amount": "1,500.00", "reason": "the list of 2026"}
    return said | changes


def test_a_price_is_added_and_the_month_costs_the_dearest_feed_of_it(acme, broker):
    assert "No price yet" in broker.get("/market-data").content.decode()
    broker.post("/market-data/prices", price_of())
    broker.post("/market-data/prices", price_of(feed="indicative", monthly_amount="40"))
    entitle(acme.correspondent, "indicative")
    assert DataPrice.objects.count() == 2

    refused = broker.post("/market-data/prices", price_of(monthly_amount="1600"))

    assert (refused.status_code, "has begun with a price" in refused.content.decode()) == (422, True)
    for wrong in ({"monthly_amount": ""}, {"monthly_amount": "-1"}, {"month": "2025-12-01"}, {"month": "soon"}):
        assert broker.post("/market-data/prices", price_of(**wrong)).status_code == 422, wrong
    assert DataPrice.objects.count() == 2
    usage = broker.get("/market-data/ACME").context["usage"]
    assert usage.cost_amount == Decimal("1500.00"), "the month began with real time"
    assert broker.get("/market-data/ACME?month=2025-12").context["usage"].cost_amount is None


def test_usage_is_told_by_month_and_key_and_drawn_by_day(acme, broker):
    other, _ = make_api_key(acme.correspondent)
    ApiKey.objects.filter(pk=other.pk).update(name="Night batch")
    for key, day, points in ((acme.key, 1, 5), (acme.key, 14, 10), (other, 14, 30)):
        use(key, date(2026, 1, day), points=points)
    use(other, date(2025, 12, 31), points=77)

    usage = broker.get("/market-data/ACME").context["usage"]

    assert (usage.took.requests, usage.took.points, usage.most.day.day) == (3, 45, 14)
    assert [(line.key.pk, line.took.points) for line in usage.keys] == [(other.pk, 30), (acme.key.pk, 15)]
    assert [(one.bar.day.day, one.bar.count, one.bar.height) for one in usage.days if one.requests] == [
        (1, 5, 12),
        (14, 40, 100),
    ]
    one = broker.get(f"/market-data/ACME?key={other.key_id}", headers=HTMX)
    assert (one.context["usage"].took.points, [row.points for row in one.context["page"].rows]) == (30, [30])
    assert one.content.decode().strip().startswith('<section class="panel" id="usage"')
    assert one.content.decode().strip() in broker.get(f"/market-data/ACME?key={other.key_id}").content.decode()
    december = broker.get("/market-data/ACME?month=2025-12").context["usage"]
    assert december.took.points == 77
    for odd in ("month=2026-02", "month=x", "key=nobody", "month=%00", "after=forged"):
        assert broker.get(f"/market-data/ACME?{odd}").status_code in (200, 400)
    nothing = broker.get("/market-data/ACME?month=2024-05").content.decode()
    assert "Nothing was taken in May 2024" in nothing


def test_ten_thousand_lines_are_read_page_by_page(acme, broker, django_assert_max_num_queries):
    days = [date(2026, 1, 1) + timedelta(days=number % 15) for number in range(10_000)]
    DataUsage.objects.bulk_create(
        DataUsage(
            correspondent=acme.correspondent,
            api_key=acme.key,
            day=day,
            endpoint=f"v2/{number:05}",
            requests=1,
            points=number,
        )
        for number, day in enumerate(days)
    )
    seen, url = 0, "/market-data/ACME?month=2026-01"
    for _ in range(3):
        with django_assert_max_num_queries(18):
            context = broker.get(url, headers=HTMX).context
        seen += len(context["page"].rows)
        url = context["next_url"]

    assert seen == 300
    assert context["usage"].took.points == sum(range(10_000))
    lines = content(broker.get("/market-data/ACME/export.csv?month=2026-01")).splitlines()
    assert len(lines) == 1 + 10_000 + 3
    assert lines[-1].endswith(f"Total of all,10000,{sum(range(10_000))}")
    assert AuditEntry.objects.filter(subject="market data usage", act="exported").count() == 1


def content(response):
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_a_workbook_is_made_and_correspondents_are_paged(acme, broker):
    use(acme.key, date(2026, 1, 14))
    book = b"".join(broker.get("/market-data/export.xlsx").streaming_content)
    assert book.startswith(b"PK")
    for number in range(101):
        make_correspondent(f"Firm {number}", f"F{number}")

    first = broker.get("/market-data", headers=HTMX)

    assert len(first.context["lines"]) == 100
    assert first.content.decode().strip().startswith('<section class="panel" id="market-data"')
    assert len(broker.get(first.context["next_url"], headers=HTMX).context["lines"]) == 2
