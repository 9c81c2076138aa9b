"""What puts a table on the audit trail: a trigger in its model's `Meta.triggers` (decision 0007).

The database writes the entry, so a bulk update, a task and a hand at the SQL prompt leave one
as surely as a service does. All triggers run one function, `write_audit()`, which the
migration `accounts.0011_audit_triggers` holds: it knows rows as JSON and no column lists, so a
table that gains a column needs nothing here.
"""

from collections.abc import Iterable
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import models

FUNCTION = "write_audit"
EVERYTHING = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete


class Audited(pgtrigger.Trigger):
    """Records each row that is added, changed or deleted, with what differs.

    `account` names the column with the account's id; where there are two, separated by a comma,
    the customer's is meant and not the firm's. The correspondent is the account's, or stands in
    the column `correspondent`; with `through`, that column leads to a row of the table `through`
    that has a `correspondent_id`. A column in `hidden` shows that it changed and never what it
    holds: hashes of passwords and secrets. One in `left_out` is not recorded at all.

    pgtrigger's own function is passed over: it would let `pgtrigger.ignore` silence the trail,
    and it opens a subtransaction for every row.
    """

    when = pgtrigger.After
    func = "RETURN NULL;"

    def __init__(
        self,
        *,
        account: str = "account_id",
        correspondent: str = "",
        through: str = "",
        hidden: Iterable[str] = (),
        left_out: Iterable[str] = (),
        **trigger: Any,
    ) -> None:
        self.owner = (account, correspondent, through)
        self.hidden = tuple(hidden)
        self.left_out = tuple(left_out)
        super().__init__(**({"name": "audited", "operation": EVERYTHING} | trigger))

    def render_execute(self, model: models.Model) -> str:
        """Answer the call of the one function, told what it cannot see in the row."""
        table = model._meta.concrete_model._meta  # type: ignore[union-attr]
        key = table.pk.column
        arguments = [subject_of(model), key, *self.owner, ",".join(self.hidden), ",".join(self.left_out)]
        return f"{FUNCTION}({', '.join(repr(argument) for argument in arguments)})"


def subject_of(model: Any) -> str:
    """Answer the name under which a model's rows stand in the trail: its own, a proxy's that of its table."""
    return model._meta.concrete_model._meta.object_name


def audited_subjects() -> set[str]:
    """Answer the subjects whose rows the trail records."""
    every = apps.get_models(include_auto_created=True)
    return {subject_of(one) for one in every if any(isinstance(trigger, Audited) for trigger in _triggers(one))}


def _triggers(model: Any) -> Iterable[Any]:
    return getattr(model._meta, "triggers", ())
