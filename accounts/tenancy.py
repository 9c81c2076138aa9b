"""The second barrier between tenants: which rows the database shows to the runtime role (decision 0006).

Rules are derived from the models, so that a new table with an account or a correspondent is
covered as it is migrated. The first barrier is `visible_to`, in every selector.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db.models import Field, Model

from accounts.models import Account, ApiKey, AuditEntry, Correspondent, User
from brokerage.database_session import EVERYBODY, TENANT

SETTING = f"current_setting('{TENANT}', true)"
SEES_ALL = f"(SELECT {SETTING} = '{EVERYBODY}')"
# Before anybody acts, and only then, those who sign in and the keys they come with can be looked up.
NOBODY_ACTS = f"(SELECT coalesce({SETTING}, '') = '')"
TENANT_ID = f"(SELECT nullif(nullif({SETTING}, ''), '{EVERYBODY}')::uuid)"
OWN_TRANSACTION = "(SELECT pg_current_xact_id_if_assigned()::text::bigint)"

SHARED = {
    "accounts.AuditCheck": "whether the chain is whole, which is no tenant's",
    "accounts.AuditSeal": "digests of entries, without what they hold",
    "accounts.BrokerPolicy": "one row that holds for every correspondent",
    "brokerage.SandboxClock": "one clock for all",
    "brokerage.ScheduledRun": "what ran when, for all",
    "options.Asset": "the market's",
    **dict.fromkeys(
        [
            f"options.{name}"
            for name in ("BarToBuild", "DailyBar", "LatestValue", "MinuteBar", "StoredQuote", "StoredTrade")
        ],
        "what the market said, to all alike",
    ),
    "options.DataPrice": "what market data costs, every correspondent alike",
    "options.MarketStanding": "how the source of prices is doing, for all",
    "options.EventsRead": "how far each reader has read the events of all",
    "options.OpenInterest": "the market's",
    "options.OpeningsRead": "how far the events of all were read",
    "options.OptionContract": "the market's",
    "options.PinnedQuote": "the market's, in the sandbox",
    "options.UsageBatch": "that counts were written, of all, without what they count",
    "trading.Expiration": "a date and its prices, which are the market's",
    "trading.FeeRate": "what regulators charge, for all",
    "trading.ReconciliationRun": "when every book was checked, and how far that has come",
    "trading.LedgerTransaction": "that a reference is used once holds across tenants; who and how much is in postings",
}
BROKERS_ONLY = {
    "trading.AssignmentNotice": "its work paper names candidates of every correspondent",
}
SHARED_APPS = {
    "auth": "not used: roles are in accounts/permissions.py",
    "axes": "attempts to sign in, before anybody acts",
    "contenttypes": "names of models",
    "sessions": "read to know who acts",
}
INSERT_ONLY = frozenset(
    {
        "accounts.AccountNote",
        "accounts.Agreement",
        "accounts.CipRecord",
        "accounts.Suitability",
        "trading.Refusal",
    }
)


@dataclass(frozen=True)
class Policy:
    """One policy of a table: for which command, and which rows it shows."""

    name: str
    command: str
    shows: str

    def create(self, table: str) -> str:
        """Answer the statement that makes it."""
        clause = f"WITH CHECK ({self.shows})" if self.command == "INSERT" else f"USING ({self.shows})"
        return f'CREATE POLICY {self.name} ON "{table}" FOR {self.command} {clause}'


def policies(model: type[Model]) -> list[Policy]:
    """Answer the policies of a model's table; none where the table is no tenant's."""
    if model is User:
        # The broker's own people are known to all by name: they decide, and stand in the tenants' rows.
        own = f"{SEES_ALL} OR {NOBODY_ACTS} OR correspondent_id = {TENANT_ID}"
        return [Policy("tenancy", "ALL", own), Policy("brokers_people", "SELECT", "correspondent_id IS NULL")]
    if model is AuditEntry:
        # Triggers add to the trail whatever is shown; a transaction may read back what it added itself.
        own = f"{SEES_ALL} OR correspondent_id = {TENANT_ID} OR transaction_id = {OWN_TRANSACTION}"
        return [Policy("tenancy", "SELECT", own), Policy("adding", "INSERT", "true")]
    if model is ApiKey:  # of all of a correspondent's accounts or of one: whose it is, its user tells
        return [Policy("tenancy", "ALL", f"{SEES_ALL} OR {_of_user('user_id')}")]
    if model is Correspondent:
        return [Policy("tenancy", "ALL", f"{SEES_ALL} OR {NOBODY_ACTS} OR id = {TENANT_ID}")]
    if model._meta.label in BROKERS_ONLY:
        return [Policy("tenancy", "ALL", SEES_ALL)]
    own = _own_rows(model)
    return [Policy("tenancy", "ALL", f"{SEES_ALL} OR {own}")] if own else []


def is_insert_only(model: type[Model]) -> bool:
    """Say whether the runtime role may add rows and never change or delete one."""
    triggers = getattr(model._meta, "triggers", ())
    return model._meta.label in INSERT_ONLY or any(trigger.name == "append_only" for trigger in triggers)


def tables() -> Iterator[type[Model]]:
    """Answer every model that has a table of its own."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


def is_shared(model: type[Model]) -> bool:
    """Say whether a model is listed as no tenant's."""
    return model._meta.label in SHARED or model._meta.app_label in SHARED_APPS


def mark(model: type[Model]) -> str:
    """Answer what the comment on the table's first policy says: by it an older policy is told."""
    text = "\n".join(policy.create(model._meta.db_table) for policy in policies(model))
    return sha256(text.encode()).hexdigest()[:16]


def _own_rows(model: type[Model]) -> str:
    """Answer, in SQL, which rows belong to the tenant; nothing where none of the columns tells."""
    columns = {field.attname: field for field in model._meta.concrete_fields}
    if "correspondent_id" in columns:
        return f"correspondent_id = {TENANT_ID}"
    accounts = [name for name, field in columns.items() if field.related_model is Account]
    if "account_id" in accounts:
        accounts = ["account_id"]
    if accounts:
        return " OR ".join(_of_account(name) for name in accounts)
    if getattr(columns.get("user_id"), "related_model", None) is User:
        return _of_user("user_id")
    return next(filter(None, map(_of_parent, columns.values())), "")


def _of_account(column: str) -> str:
    """A scalar subquery: it reads one row by its key, where EXISTS could be planned as a hash of every account."""
    return f"{_correspondent_of(Account, column)} = {TENANT_ID}"


def _of_user(column: str) -> str:
    return f"{NOBODY_ACTS} OR {_correspondent_of(User, column)} = {TENANT_ID}"


def _correspondent_of(model: type[Model], column: str) -> str:
    return f'(SELECT owner.correspondent_id FROM "{model._meta.db_table}" owner WHERE owner.id = {column})'  # noqa: S608


def _of_parent(field: "Field[Any, Any]") -> str:
    """Answer that the row which `field` leads to is shown: the policies of its own table decide."""
    parent = field.related_model
    if not isinstance(parent, type) or parent is User or field.null or not policies(parent):
        return ""
    table, key = parent._meta.db_table, parent._meta.pk
    assert key is not None
    return f'EXISTS (SELECT FROM "{table}" parent WHERE parent."{key.column}" = "{field.column}")'
