"""Exports of the account list: exactly what the URL filters and in its order, however many that is."""

from collections.abc import Iterator
from typing import Any

from accounts.choices import AccountStatus
from accounts.listing import SORTS, AccountFilter, filter_accounts
from accounts.models import User
from accounts.models.accounts import LEVEL_IN_FORCE
from brokerage.keyset import read_chunks
from brokerage.tabular import Cell, local
from brokerage.templatetags.formats import sentence

CHUNK = 2000
READ = (
    *("id", "name", "name_key", "account_number", "status", "level_in_force", "options_approved_level"),
    *("email_address", "enabled_assets", "correspondent__code", "created_at"),
)
# What each column is called, and how wide a spreadsheet shows it.
COLUMNS = {
    "Name": 32,
    "Number": 12,
    "Status": 18,
    "Options level": 13,
    "Approved level": 14,
    "E-mail": 34,
    "Enabled assets": 26,
    "Correspondent": 14,
    "Opened (New York)": 20,
}


def accounts_of(actor: User, wanted: AccountFilter) -> Iterator[list[list[Cell]]]:
    """Yield the rows of the list, a chunk and a statement at a time."""
    rows = filter_accounts(actor, wanted).annotate(level_in_force=LEVEL_IN_FORCE)
    for chunk in read_chunks(rows.values_list(*READ, named=True), SORTS[wanted.sort], size=CHUNK):
        yield [_cells(row) for row in chunk]


def _cells(row: Any) -> list[Cell]:
    """Answer the cells of a row, as numbers and instants where they are that."""
    return [
        row.name,
        row.account_number,
        sentence(AccountStatus(row.status).label),
        row.level_in_force,
        row.options_approved_level,
        row.email_address,
        ", ".join(row.enabled_assets),
        row.correspondent__code,
        local(row.created_at),
    ]
