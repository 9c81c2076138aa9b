"""Exports of the account list: exactly what is listed, in its order, and harmless in a spreadsheet."""

import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from accounts import exports
from accounts.choices import AccountStatus, AuditAct
from accounts.models import Account, AuditEntry
from tests.accounts.test_listing import copies, names
from tests.factories import make_account

HEAD = "Name,Number,Status,Options level,Approved level,E-mail,Enabled assets,Correspondent,Opened (New York)\r\n"
OPENED = datetime(2026, 1, 16, 20, 59, 30, tzinfo=UTC)


@pytest.fixture
def account(acme):
    return make_account(acme.correspondent, changes={"identity.given_name": "Ada", "identity.family_name": "Lovelace"})


@pytest.fixture
def desk(client, ops):
    """The browser in which Acme's operations clerk is signed in."""
    client.force_login(ops)
    return client


def export(client, kind, query=""):
    response = client.get(f"/accounts/export.{kind}?{query}")
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def read_csv(content):
    return list(csv.reader(StringIO(content.decode("utf-8-sig"))))


def read_workbook(content):
    return [list(row) for row in load_workbook(BytesIO(content), read_only=True).active.iter_rows(values_only=True)]


def test_csv_is_written_to_the_byte(desk, account):
    Account.objects.filter(pk=account.pk).update(
        created_at=OPENED,
        name='O\'Neill, "Ada"',
        options_approved_level=2,
        max_options_trading_level=1,
        enabled_assets=["us_equity", "us_option"],
    )

    content = export(desk, "csv")

    assert content.decode("utf-8-sig") == HEAD + (
        f'"O\'Neill, ""Ada""",{account.account_number},Active,1,2,{account.email_address},'
        '"us_equity, us_option",ACME,2026-01-16T15:59:30-05:00\r\n'
    )
    assert content.startswith(b"\xef\xbb\xbf")


def test_a_workbook_holds_numbers_and_dates_and_a_head_that_stays(desk, account):
    Account.objects.filter(pk=account.pk).update(created_at=OPENED, options_approved_level=2)

    book = load_workbook(BytesIO(export(desk, "xlsx")))

    sheet = book.active
    row = [cell.value for cell in sheet[2]]
    assert [cell.value for cell in sheet[1]] == HEAD.strip().split(",")
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:I2"
    assert row[:5] == ["Ada Lovelace", account.account_number, "Active", 2, 2]
    assert row[8].isoformat() == "2026-01-16T15:59:30"
    assert sheet["I2"].is_date


@pytest.mark.parametrize("sort", ["name", "-name", "number", "-number", "created", "-created"])
def test_an_export_has_the_rows_of_the_list_in_its_order(desk, account, sort, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 7)
    copies(account, 60)
    copies(account, 4, email_address="nobody@example.com")
    query, listed = f"query=holder&sort={sort}", []
    url = f"/accounts?{query}"
    while url:
        response = desk.get(url)
        listed += names(response)
        url = response.context["next_url"]

    for rows in (read_csv(export(desk, "csv", query)), read_workbook(export(desk, "xlsx", query))):
        assert [row[0] for row in rows[1:]] == listed
    assert len(listed) == 64


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"])
def test_what_looks_like_a_formula_is_text(desk, account, start):
    Account.objects.filter(pk=account.pk).update(name=start, email_address=f"{start}@example.com")

    row = read_csv(export(desk, "csv"))[1]
    sheet = load_workbook(BytesIO(export(desk, "xlsx"))).active

    assert (row[0], row[5]) == (f"'{start}", f"'{start}@example.com")
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value.replace("_x000D_", "\r") == start


def test_an_export_of_nothing_has_its_head(desk, account):
    assert export(desk, "csv", "query=zzz").decode("utf-8-sig") == HEAD
    assert read_workbook(export(desk, "xlsx", "query=zzz")) == [HEAD.strip().split(",")]


def test_a_neighbors_accounts_are_in_no_export(client, account, globex):
    client.force_login(globex.ops)

    for kind in ("csv", "xlsx"):
        assert account.name.encode() not in export(client, kind)
    assert read_csv(export(client, "csv", "correspondent=ACME"))[1:] == []


def test_a_filter_is_exported_as_it_is_listed(desk, account, acme):
    make_account(acme.correspondent, status=AccountStatus.REJECTED, changes={"identity.given_name": "Rex"})

    rows = read_csv(export(desk, "csv", "status=REJECTED"))

    assert [row[2] for row in rows[1:]] == ["Rejected"]


def test_an_export_leaves_an_audit_entry_of_who_took_what(desk, account, ops):
    export(desk, "csv", "status=ACTIVE&sort=name")

    entry = AuditEntry.objects.get(act=AuditAct.EXPORTED)

    assert (entry.actor_id, entry.subject) == (ops.pk, "accounts")
    assert entry.after == {"format": "csv", "filter": "status=ACTIVE&sort=name"}


def test_an_export_costs_a_query_for_each_chunk(desk, account, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 50)
    copies(account, 120)
    response = desk.get("/accounts/export.csv")

    with django_assert_num_queries(3):
        assert len(read_csv(b"".join(response.streaming_content))) == 122


def test_nobody_exports_anything(client, account):
    for kind in ("csv", "xlsx"):
        response = client.get(f"/accounts/export.{kind}")
        assert (response.status_code, response["Location"].partition("?")[0]) == (302, "/sign-in")


def test_the_page_that_waits_is_told_when_the_file_comes(desk, account):
    assert desk.get("/accounts/export.xlsx?token=abc123").cookies["export-made"].value == "abc123"
    assert "export-made" not in desk.get("/accounts/export.csv?token=<b>").cookies
