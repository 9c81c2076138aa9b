"""Keep what the contract master says of open interest, date by date."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection

KEEP = """
INSERT INTO options_openinterest (contract_id, date, contracts)
SELECT asset_id, open_interest_date, open_interest FROM options_optioncontract
WHERE asset_id = ANY(%s) AND open_interest IS NOT NULL AND open_interest_date IS NOT NULL
ON CONFLICT (contract_id, date) DO UPDATE SET contracts = excluded.contracts
WHERE options_openinterest.contracts <> excluded.contracts
"""


def keep_open_interest(contract_ids: Collection[UUID]) -> None:
    """Add what the master says of these contracts to the history, within the transaction that wrote it.

    The word on a date is the last one: a file that corrects itself is taken as it says.
    """
    if contract_ids:
        with connection.cursor() as cursor:
            cursor.execute(KEEP, [list(contract_ids)])
