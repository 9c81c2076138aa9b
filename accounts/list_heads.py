"""What stands around the rows of the account list: the filters in force, the heads that sort, how many there are."""

from dataclasses import dataclass, replace

import orjson
from django.db import connection

from accounts.choices import AccountStatus, EnabledAsset
from accounts.list_filters import Chip, chip_of, chips_of, chips_of_days
from accounts.listing import LEVELS, NEWEST_FIRST, AccountFilter, filter_accounts
from accounts.models import Account, User
from accounts.models.accounts import AccountQuerySet
from brokerage.templatetags.formats import sentence

MOST_COUNTED = 1000
# As the planner reckons: the density when the table was last looked at, times its size now.
ROWS_OF_TABLE = """
    SELECT reltuples / greatest(relpages, 1) * pg_relation_size(oid) / current_setting('block_size')::integer
    FROM pg_class WHERE oid = %s::regclass
"""


@dataclass(frozen=True)
class Head:
    """One column's head; `url` sorts by it, `direction` says that the list is sorted so already."""

    name: str
    label: str
    style: str
    url: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Count:
    """How many accounts a filter finds: counted as far as that is cheap, beyond it estimated."""

    number: int
    is_exact: bool


def count_accounts(actor: User, wanted: AccountFilter) -> Count:
    """Answer how many accounts match, without reading them all.

    Up to a thousand they are counted. Beyond, it is what the planner expects from its
    statistics, to three figures, and never less than was counted.
    """
    rows = filter_accounts(actor, wanted).order_by()
    expected = _expected(rows)
    if expected <= 20 * MOST_COUNTED:
        found = rows[: MOST_COUNTED + 1].count()
        if found <= MOST_COUNTED:
            return Count(found, is_exact=True)
    return Count(max(_rounded(round(expected * _withheld())), MOST_COUNTED), is_exact=False)


def chips(wanted: AccountFilter) -> list[Chip]:
    """Answer the filters in force, one by one."""
    found = chip_of(wanted, "query", f"“{wanted.query}”")
    found += chips_of(wanted, "statuses", lambda one: sentence(AccountStatus(one).label))
    found += chips_of(wanted, "levels", lambda one: f"Options: {LEVELS[one].lower()}")
    found += chips_of(wanted, "assets", lambda one: f"Trades {sentence(EnabledAsset(one).label)}")
    found += chips_of_days(wanted, "opened", "Opened")
    return found + chips_of(wanted, "correspondents", str)


def heads(wanted: AccountFilter, *, shows_correspondent: bool) -> list[Head]:
    """Answer the heads of the list's columns."""
    columns = [
        _sorting(wanted, "name", "Name", ""),
        _sorting(wanted, "number", "Number", "column-account"),
        Head("status", "Status", "column-status"),
        Head("level", "Options", "column-level"),
        Head("email", "E-mail", "column-email second"),
        Head("house", "Correspondent", "column-house second"),
        _sorting(wanted, "created", "Opened", "column-day third number"),
    ]
    return [head for head in columns if shows_correspondent or head.name != "house"]


def _sorting(wanted: AccountFilter, name: str, label: str, style: str) -> Head:
    """Answer a head that sorts: first the way people look for it, then the other way round."""
    first = NEWEST_FIRST if name == "created" else name
    other = name if name == "created" else f"-{name}"
    directions = {name: "ascending", f"-{name}": "descending"}
    url = replace(wanted, sort=other if wanted.sort == first else first).url()
    return Head(name, label, style, url, directions.get(wanted.sort, ""))


def _expected(rows: AccountQuerySet) -> int:
    """Answer how many rows the planner expects of a query, which is not run."""
    return int(orjson.loads(rows.explain(format="json"))[0]["Plan"]["Plan Rows"])


def _withheld() -> float:
    """Answer by what the policy of row-level security makes the planner expect too few.

    It cannot know that the policy withholds nothing that was filtered for anyway: whoever sees
    one tenant filters by it, and for whoever sees all the policy is true. Of an unfiltered
    query, what it expects falls short of the table by just that share.
    """
    with connection.cursor() as cursor:
        cursor.execute(ROWS_OF_TABLE, [Account._meta.db_table])
        rows = cursor.fetchone()[0]
    return max(rows / max(_expected(Account.objects.order_by()), 1), 1.0)


def _rounded(number: int) -> int:
    """Keep three figures: an estimate knows no more."""
    step = 10 ** max(len(str(number)) - 3, 0)
    return round(number / step) * step
