"""Accounts that trade options without what their approval asks (RC-11), and the reports kept of it.

Asked of the database in sets: two statements whatever the number of accounts. An account trades
options when it has an order or a position in a contract; a fill has both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Func, IntegerField, QuerySet

from accounts.choices import AccountKind, AgreementType
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage.errors import EndpointNotFound
from brokerage.keyset import Page, read_page
from brokerage.market_calendar import NEW_YORK
from options.choices import ClockKind
from options.models.applications import GRANTED
from options.rules.disclosure_document import AGREEMENT_IN_FORCE, EDITIONS, ENCLOSED_SINCE, month_of
from trading.models import ApprovalReport

PAGE_SIZE = 50
MOST_SHOWN = 200
NEWEST_FIRST = ("-date", "id")
FINDINGS = {
    "no_approval": "Trades options without an approval on record",
    "no_agreement": "Trades options without an agreement in force at the approval",
    "no_disclosure": "Trades options without the disclosure document of that time",
    f"clock_{ClockKind.DECISION}": "Request not decided within fifteen days",
    f"clock_{ClockKind.VERIFICATION}": "Answers not sent to the customer within fifteen days",
    f"clock_{ClockKind.AGREEMENT}": "Options agreement not signed within fifteen days",
}

TRADERS = """
    WITH traders AS (
        SELECT placed.account_id FROM trading_order placed
        JOIN options_optioncontract contract ON contract.asset_id = placed.asset_id
        UNION
        SELECT held.account_id FROM trading_position held
        JOIN options_optioncontract contract ON contract.asset_id = held.asset_id
    )
"""
CHECKED = f"""
    {TRADERS}
    SELECT account.correspondent_id, count(*) FROM traders
    JOIN accounts_account account ON account.id = traders.account_id
    WHERE account.kind = %(customer)s
    GROUP BY account.correspondent_id
"""  # noqa: S608 - a constant of this module
FOUND = f"""
    {TRADERS}, granted AS (
        SELECT account_id, max(decided_at) AS decided_at FROM options_optionsapplication
        WHERE status = ANY(%(granted)s) GROUP BY account_id
    ), signed AS (
        SELECT account_id, max(substr(revision, strpos(revision, '.') + 1)) AS month FROM accounts_agreement
        WHERE agreement = %(options_agreement)s GROUP BY account_id
    ), delivered AS (
        SELECT account_id, max(edition) AS edition FROM options_disclosuredelivery GROUP BY account_id
    ), judged AS (
        SELECT account.id, account.correspondent_id, account.account_number, signed.month AS signed,
            coalesce(granted.decided_at, account.options_approved_at) AS approved_at,
            to_char(coalesce(granted.decided_at, account.options_approved_at, %(at)s) AT TIME ZONE %(zone)s,
                'YYYY-MM') AS approved,
            greatest(delivered.edition, (
                SELECT max(enclosed.edition) FROM unnest(%(since)s::text[], %(enclosed)s::text[])
                    AS enclosed (since, edition)
                WHERE enclosed.since <= signed.month
            )) AS document
        FROM traders
        JOIN accounts_account account ON account.id = traders.account_id AND account.kind = %(customer)s
        LEFT JOIN granted ON granted.account_id = account.id
        LEFT JOIN signed ON signed.account_id = account.id
        LEFT JOIN delivered ON delivered.account_id = account.id
    )
    SELECT correspondent_id, id, account_number, 'no_approval', NULL::timestamptz FROM judged
    WHERE approved_at IS NULL
    UNION ALL
    SELECT correspondent_id, id, account_number, 'no_agreement', approved_at FROM judged
    WHERE signed IS NULL OR signed < %(agreement_month)s AND replace(approved, '-', '.') >= %(agreement_month)s
    UNION ALL
    SELECT correspondent_id, id, account_number, 'no_disclosure', approved_at FROM judged
    WHERE coalesce(document, '') < coalesce(
        (SELECT max(edition) FROM unnest(%(editions)s::text[]) AS known (edition) WHERE edition <= approved), '')
    UNION ALL
    SELECT clock.correspondent_id, account.id, account.account_number, 'clock_' || clock.kind, clock.due_at
    FROM options_complianceclock clock JOIN accounts_account account ON account.id = clock.account_id
    WHERE clock.stopped_at IS NULL AND clock.due_at < %(at)s
    ORDER BY 3, 4
"""  # noqa: S608 - a constant of this module


@dataclass(frozen=True)
class Finding:
    """One account with which one thing is wrong; `since` is the approval, or when the clock ran out."""

    account_id: UUID
    account_number: str
    finding: str
    since: datetime | None

    def as_kept(self) -> dict[str, Any]:
        """Answer the finding as a report keeps it: numbers and ids, no name (RK-10)."""
        since = self.since.isoformat() if self.since else None
        return {
            "account_id": str(self.account_id),
            "account_number": self.account_number,
            "finding": self.finding,
            "since": since,
        }


@dataclass(frozen=True)
class FindingLine:
    """A finding as a page shows it."""

    account: Account | None
    account_number: str
    sentence: str
    since: datetime | None


def count_checked() -> dict[UUID, int]:
    """Answer how many accounts trade options, by correspondent."""
    with connection.cursor() as cursor:
        cursor.execute(CHECKED, {"customer": AccountKind.CUSTOMER})
        return dict(cursor.fetchall())


def find_gaps(at: datetime) -> dict[UUID, list[Finding]]:
    """Answer every finding as of `at`, by correspondent, in the order of account numbers; it must be empty."""
    facts: dict[str, Any] = {
        "at": at,
        "zone": NEW_YORK.key,
        "customer": AccountKind.CUSTOMER,
        "granted": [status.value for status in GRANTED],
        "options_agreement": AgreementType.OPTIONS,
        "agreement_month": month_of(AGREEMENT_IN_FORCE),
        "editions": list(EDITIONS),
        "since": list(ENCLOSED_SINCE),
        "enclosed": list(ENCLOSED_SINCE.values()),
    }
    found: dict[UUID, list[Finding]] = {}
    with connection.cursor() as cursor:
        cursor.execute(FOUND, facts)
        for correspondent_id, *finding in cursor.fetchall():
            found.setdefault(correspondent_id, []).append(Finding(*finding))
    return found


def list_reports(actor: User, *, after: str = "", before: str = "") -> Page[ApprovalReport]:
    """Answer a page of the reports, newest first, each with `gaps`: how many findings it has."""
    return read_page(_reports(actor).defer("findings"), NEWEST_FIRST, size=PAGE_SIZE, after=after, before=before)


def get_report(actor: User, report_id: int) -> ApprovalReport:
    """Answer a report with its findings, or raise `EndpointNotFound`."""
    found = _reports(actor).filter(pk=report_id).first()
    if found is None:
        raise EndpointNotFound
    return found


def describe(actor: User, findings: list[Mapping[str, Any]]) -> list[FindingLine]:
    """Answer findings in words, with the accounts that they are about, in one query."""
    accounts = Account.objects.visible_to(actor).in_bulk([UUID(one["account_id"]) for one in findings])
    return [
        FindingLine(
            account=accounts.get(UUID(one["account_id"])),
            account_number=one["account_number"],
            sentence=FINDINGS.get(one["finding"], one["finding"]),
            since=datetime.fromisoformat(one["since"]) if one["since"] else None,
        )
        for one in findings
    ]


def _reports(actor: User) -> QuerySet[ApprovalReport]:
    actor.require(Permission.VIEW_AUDIT)
    rows = ApprovalReport.objects.select_related("correspondent")
    if not actor.sees_every_correspondent:
        rows = rows.filter(correspondent=actor.correspondent)
    length = Func(F("findings"), function="jsonb_array_length", output_field=IntegerField())
    return rows.annotate(gaps=length)
