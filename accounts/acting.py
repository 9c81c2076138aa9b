"""Who acts, for the database: what row-level security shows by, and what the audit trail names.

Authentication says it in the very query that finds the key or the user, and `lock_accounts` in
the one that locks, so neither costs a round trip. A service that locks no account calls `claim`.
"""

from django.db import connection
from django.db.models import BooleanField, Case, CharField, Expression, F, Func, Q, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Left

from accounts.choices import UserKind
from accounts.models import User
from brokerage import database_session as session


def tenant_of(actor: User) -> str:
    """Answer whose rows the database shows to `actor`: a correspondent's id, or `all`."""
    return session.EVERYBODY if actor.sees_every_correspondent else str(actor.correspondent_id or "")


def annotations(
    user: str = "",
    *,
    means: Expression | None = None,
    address: Expression | None = None,
    request_id: Expression | None = None,
) -> dict[str, Func]:
    """Answer what to annotate on the query that finds who acts, for the rest of the session.

    `user` is the path to the user (`"user__"` from a key, empty from the user itself), `means`
    what they came with, such as the key. Where the credentials turn out not to match, the caller
    calls `database_session.forget()`. A query that is written once names where the address and
    the request's id stand in it; else they are those of the request at hand.
    """
    came_from = session.origin()
    address, request_id = address or Value(came_from.address), request_id or Value(came_from.request_id)
    sees_everybody = Q(**{f"{user}kind": UserKind.SYSTEM}) | Q(
        **{f"{user}kind": UserKind.STAFF, f"{user}correspondent": None}
    )
    tenant = Case(
        When(sees_everybody, then=Value(session.EVERYBODY)),
        default=Coalesce(Cast(f"{user}correspondent_id", CharField()), Value("")),
        output_field=CharField(),
    )
    origin = Concat(address, Value(" "), means or Value("browser"), output_field=CharField())
    return {
        "acting_actor": _set(session.ACTOR, Cast(F(f"{user}id"), CharField())),
        "acting_tenant": _set(session.TENANT, tenant),
        "acting_origin": _set(session.ORIGIN, Left(origin, session.LONGEST_ORIGIN)),
        "acting_request": _set(session.REQUEST_ID, request_id),
    }


def lock_annotations(actor_id: Expression, tenant: Expression) -> dict[str, Func]:
    """Answer what to annotate on the query that locks: who has that id acts until the transaction ends.

    Where everything was shown, only that `tenant` (`tenant_of`) is from here on; it is never widened.
    """
    return {
        "acting_actor": _set(session.ACTOR, actor_id, is_local=True),
        "acting_tenant": _Narrow(tenant, output_field=TextField()),
    }


def claim(actor: User) -> None:
    """Say that `actor` acts until the transaction ends, in a service that locks no account.

    As with a lock, the tenant may be narrowed by it and is never widened.
    """
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [session.ACTOR, str(actor.pk), tenant_of(actor)])


def give_reason(reason: str) -> None:
    """Say why: what the transaction changes carries the reason in the audit trail."""
    session.put({session.REASON: reason[: session.LONGEST_REASON]}, is_local=True)


PRESENT = f"current_setting('{session.TENANT}', true)"
NARROW = (
    f"set_config('{session.TENANT}', CASE WHEN {PRESENT} = '{session.EVERYBODY}' THEN {{tenant}}"
    f" ELSE coalesce({PRESENT}, '') END, true)"
)
CLAIM = f"SELECT set_config(%s, %s, true), {NARROW.format(tenant='%s')}"


class _Narrow(Func):
    template = NARROW.format(tenant="%(expressions)s")


def _set(name: str, value: Expression, *, is_local: bool = False) -> Func:
    local = Value(is_local, output_field=BooleanField())
    return Func(Value(name), value, local, function="set_config", output_field=TextField())
