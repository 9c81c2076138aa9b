"""The account list beyond its first page: filters, counting without a scan, the last page, kept filters."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection

from accounts.choices import AccountStatus, AuditAct, Role
from accounts.list_heads import MOST_COUNTED, count_accounts
from accounts.listing import PAGE_SIZE, AccountFilter
from accounts.models import Account, AuditEntry, SavedFilter
from brokerage import clock
from tests.factories import make_account, make_customer, make_staff, nowhere
from tests.runtime import runtime_role

HTMX = {"HX-Request": "true"}


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent, changes={"identity.given_name": "Ada", "identity.family_name": "Lovelace"})


@pytest.fixture
def desk(client, ops):
    """The browser in which Acme's operations clerk is signed in."""
    client.force_login(ops)
    return client


def names(response):
    return re.findall(r'<a class="cut" href="/accounts/[^"]+" title="([^"]+)"', response.content.decode())


def copies(account, count, **columns):
    """Copy an account's row: a long list without thousands of openings."""
    first = clock.now()
    return Account.objects.bulk_create(
        Account(
            correspondent_id=account.correspondent_id,
            name=f"Holder {number:04}",
            status=AccountStatus.ACTIVE,
            opened_by_id=account.opened_by_id,
            created_at=first - timedelta(minutes=number // 3),
            **columns,
        )
        for number in range(count)
    )


# --- Filters -----------------------------------------------------------------------------------------


def test_accounts_are_filtered_by_what_they_may_trade(desk, account):
    Account.objects.filter(pk=account.pk).update(enabled_assets=["us_equity"])
    copies(account, 1, enabled_assets=["us_equity", "crypto"])

    assert names(desk.get("/accounts?asset=crypto")) == ["Holder 0000"]
    assert len(names(desk.get("/accounts?asset=us_equity"))) == 2
    assert names(desk.get("/accounts?asset=ipo")) == []


def test_days_are_new_yorks_and_both_belong_to_the_filter(desk, account):
    late = datetime(2026, 1, 17, 4, 59, tzinfo=UTC)  # 23:59 on January 16 in New York
    Account.objects.filter(pk=account.pk).update(created_at=late)

    assert names(desk.get("/accounts?from=2026-01-16&to=2026-01-16")) == ["Ada Lovelace"]
    assert names(desk.get("/accounts?from=2026-01-17")) == []
    assert names(desk.get("/accounts?to=2026-01-15")) == []


@pytest.mark.parametrize("day", ["2026-13-40", "yesterday", "0001-01-01", "9999-12-31", "20260116"])
def test_a_day_that_is_none_filters_nothing(desk, account, day):
    assert names(desk.get(f"/accounts?from={day}&to={day}")) == ["Ada Lovelace"]


def test_staff_of_the_broker_choose_correspondents(client, account, globex):
    theirs = make_account(globex.correspondent, changes={"identity.given_name": "Gus"})
    client.force_login(make_staff(Role.OPERATIONS, None))

    assert names(client.get("/accounts?correspondent=GLBX")) == [theirs.name]
    assert len(names(client.get("/accounts?correspondent=GLBX&correspondent=ACME"))) == 2


def test_what_is_in_force_is_in_the_address_of_everything(desk, account):
    said = desk.get("/accounts?asset=crypto&asset=us_equity&from=2020-01-01&to=2030-01-01&sort=name").content.decode()

    for link in re.findall(r'href="(/accounts/export[^"]+|/accounts/count[^"]+)"', said):
        assert parse_qs(urlsplit(link.replace("&amp;", "&")).query) == {
            "asset": ["us_equity", "crypto"],
            "from": ["2020-01-01"],
            "to": ["2030-01-01"],
            "sort": ["name"],
        }
    assert 'title="Take away Opened from Jan 1, 2020"' in said


# --- The last page, and how many ---------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["name", "-name", "number", "-number", "created", "-created"])
def test_the_last_page_ends_with_the_last_row_and_leads_back(desk, account, sort):
    copies(account, 2 * PAGE_SIZE + 7)
    url, everybody = f"/accounts?sort={sort}", []
    while url:
        response = desk.get(url)
        everybody += names(response)
        url = response.context["next_url"]

    last = desk.get(f"/accounts?sort={sort}&page=last")
    before = desk.get(last.context["previous_url"])

    assert names(last) == everybody[-PAGE_SIZE:]
    assert last.context["next_url"] == ""
    assert names(before) == everybody[-2 * PAGE_SIZE : -PAGE_SIZE]


def test_the_last_page_of_a_short_list_is_the_first(desk, account):
    response = desk.get("/accounts?page=last")

    assert names(response) == ["Ada Lovelace"]
    assert (response.context["previous_url"], response.context["next_url"]) == ("", "")


def test_few_accounts_are_counted(desk, account):
    copies(account, 2)

    assert "3 accounts</p>" in desk.get("/accounts/count", headers=HTMX).content.decode()
    assert ">1 account</p>" in desk.get("/accounts/count?query=ada", headers=HTMX).content.decode()


def test_beyond_a_thousand_nothing_is_counted_and_it_is_said_so(desk, account, ops):
    copies(account, MOST_COUNTED + 50)

    count = count_accounts(ops, AccountFilter())

    assert not count.is_exact
    assert count.number >= MOST_COUNTED
    assert re.search(r"(More than|About) [\d,]+ accounts", desk.get("/accounts/count").content.decode())


def test_a_count_costs_the_same_however_many_there_are(ops, account, django_assert_max_num_queries):
    copies(account, MOST_COUNTED + 50)

    with django_assert_max_num_queries(4):
        count_accounts(ops, AccountFilter())


@pytest.mark.parametrize("firm", ["ACME", None], ids=["a correspondent's", "the broker's"])
def test_an_estimate_is_right_behind_row_level_security_too(account, ops, firm):
    copies(account, MOST_COUNTED + 500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_account")
    actor = ops if firm else make_staff(Role.OPERATIONS, None)

    with runtime_role(actor):
        count = count_accounts(actor, AccountFilter())

    assert not count.is_exact
    assert count.number == pytest.approx(MOST_COUNTED + 501, rel=0.01)


def test_a_neighbors_accounts_are_not_counted(client, account, globex):
    client.force_login(globex.ops)

    assert "0 accounts</p>" in client.get("/accounts/count", headers=HTMX).content.decode()


# --- Kept filters ------------------------------------------------------------------------------------


def keep(client, name="Rejected ones", filter="status=REJECTED&sort=name", **more):
    return client.post("/accounts/filters", {"name": name, "filter": filter, **more})


def test_a_filter_is_kept_under_a_name_and_leads_back_to_the_list(desk, account, ops):
    response = keep(desk, name="  Rejected   ones ")

    kept = SavedFilter.objects.get()
    assert response["Location"] == "/accounts?status=REJECTED&sort=name"
    assert (kept.owner, kept.name, kept.query_string) == (ops, "Rejected ones", "status=REJECTED&sort=name")
    assert 'href="/accounts?status=REJECTED&amp;sort=name"' in desk.get("/accounts").content.decode()


def test_only_what_the_list_knows_is_kept(desk, account):
    keep(desk, filter="status=REJECTED&evil=1&next=https://elsewhere.example")

    assert SavedFilter.objects.get().query_string == "status=REJECTED"


def test_keeping_twice_under_a_name_keeps_the_newer_one(desk, account):
    keep(desk)
    keep(desk, filter="level=2")

    assert [one.query_string for one in SavedFilter.objects.all()] == ["level=2"]


@pytest.mark.parametrize(("name", "said"), [("", "Type a name."), ("x" * 61, "1 to 60 characters, found 61")])
def test_a_filter_without_a_name_that_fits_is_not_kept(desk, account, name, said):
    response = keep(desk, name=name)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert not SavedFilter.objects.exists()


def test_colleagues_see_what_is_shared_and_neighbors_do_not(client, acme, globex, account):
    client.force_login(acme.ops)
    keep(client, name="Ours", is_shared="on")
    keep(client, name="Mine")

    client.force_login(acme.rop)
    assert [one.name for one in client.get("/accounts").context["saved_filters"]] == ["Ours"]
    client.force_login(globex.ops)
    assert client.get("/accounts").context["saved_filters"] == []
    client.force_login(make_staff(Role.OPERATIONS, None))
    assert client.get("/accounts").context["saved_filters"] == []


def test_a_filter_is_renamed_shared_and_deleted_by_its_owner(desk, account):
    keep(desk)
    kept = SavedFilter.objects.get()

    desk.post(f"/accounts/filters/{kept.pk}", {"name": "No", "is_shared": "on"})
    kept.refresh_from_db()
    assert (kept.name, kept.is_shared, kept.query_string) == ("No", True, "status=REJECTED&sort=name")

    desk.post(f"/accounts/filters/{kept.pk}", {"delete": "1"})
    assert not SavedFilter.objects.exists()


def test_two_filters_have_two_names(desk, account):
    keep(desk, name="One")
    keep(desk, name="Two")

    response = desk.post(f"/accounts/filters/{SavedFilter.objects.get(name='Two').pk}", {"name": "One"})

    assert response.status_code == 422
    assert "you have another filter named One" in response.content.decode()
    assert sorted(one.name for one in SavedFilter.objects.all()) == ["One", "Two"]


def test_a_colleagues_filter_can_be_used_and_not_changed(client, acme, account):
    client.force_login(acme.ops)
    keep(client, is_shared="on")
    kept = SavedFilter.objects.get()
    client.force_login(acme.rop)

    for form in ({"name": "Mine now"}, {"delete": "1"}):
        assert client.post(f"/accounts/filters/{kept.pk}", form).status_code == 404
    kept.refresh_from_db()
    assert kept.name == "Rejected ones"
    assert client.post(f"/accounts/filters/{nowhere()}", {"delete": "1"}).status_code == 404


def test_customers_have_no_kept_filters_and_count_and_export_nothing(client, acme):
    mine = make_account(acme.correspondent, owner=make_customer(acme.correspondent))
    client.force_login(mine.owner)

    for part in ("count", "export.csv", "export.xlsx", "filters"):
        assert client.get(f"/accounts/{part}").status_code == 403
    assert keep(client).status_code == 403
    assert not SavedFilter.objects.exists()
    assert not AuditEntry.objects.filter(act=AuditAct.EXPORTED).exists()
