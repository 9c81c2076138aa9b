"""An account's options as its page shows them: the level and why, what each allows, papers, notices."""

from dataclasses import dataclass

from accounts.choices import AccountKind, AccountStatus, EnabledAsset, UserKind
from accounts.models import Account, Agreement, Notice, User
from accounts.permissions import Permission
from options.application_timeline import Followed, follow_newest, list_earlier
from options.choices import Strategy
from options.level_outlook import OFFERED, Outlook, Todo, blockers, read_outlooks
from options.models import DisclosureDelivery, OptionsApplication
from options.rules.disclosure_document import EDITION_IN_FORCE, enclosed_edition
from options.rules.levels import REQUIRED_LEVEL
from options.services.agreements import find_signed

MOST_NOTICES = 10
IN_FORCE = "In force"
# Each strategy as the kind of transaction that a level permits (AA-12): the act, and on what.
KINDS: dict[Strategy, tuple[str, str]] = {
    Strategy.COVERED_CALL: ("write", "covered calls"),
    Strategy.CASH_SECURED_PUT: ("write", "cash-secured puts"),
    Strategy.LONG_CALL: ("buy", "calls"),
    Strategy.LONG_PUT: ("buy", "puts"),
}


@dataclass(frozen=True)
class LevelRow:
    """One level: what it allows, whether it is in force or what keeps it from being, and what can be done."""

    level: int
    name: str
    allows: str
    state: str
    status: str
    act: str = ""
    url: str = ""


@dataclass(frozen=True)
class Papers:
    """What is signed and delivered: the signature that counts, and which edition of the document reached the holder."""

    signed: Agreement | None
    edition: str
    delivery: DisclosureDelivery | None

    @property
    def is_edition_in_force(self) -> bool:
        """Say whether the newest edition was delivered."""
        return self.edition >= EDITION_IN_FORCE


@dataclass(frozen=True)
class Allowed:
    """What whoever looks may do here."""

    is_holder: bool
    configure: bool
    answer: bool
    sign: bool
    request: bool


@dataclass(frozen=True)
class OptionsPage:
    """Everything that the page of an account's options shows."""

    why: str
    rows: tuple[LevelRow, ...]
    blockers: tuple[Todo, ...]
    outlooks: tuple[Outlook, ...]
    followed: Followed | None
    missing: tuple[Todo, ...]
    earlier: list[tuple[OptionsApplication, str, str]]
    is_waited: bool
    may_ask: bool
    papers: Papers
    notices: list[Notice] | None
    allowed: Allowed


def read_options_page(actor: User, account: Account) -> OptionsPage:
    """Answer the options of an account that was fetched for `actor`, as its page shows them."""
    followed, allowed = follow_newest(actor, account), what_may(actor, account)
    has_holder = account.kind == AccountKind.CUSTOMER
    # What the opening asked by itself, a request of one's own takes over (decision 0010).
    is_waited = followed is not None and followed.is_pending and not followed.application.is_by_opening
    stopping = blockers(account) if has_holder else ()
    outlooks = read_outlooks(account) if has_holder else ()
    missing = {one.missing for one in outlooks}
    may_ask = allowed.request and not stopping and not is_waited
    return OptionsPage(
        why=why_this_level(account, is_holder=allowed.is_holder),
        rows=level_rows(account, allowed, may_ask=may_ask),
        blockers=stopping,
        outlooks=outlooks,
        missing=missing.pop() if len(missing) == 1 and len(outlooks) > 1 else (),
        followed=followed,
        earlier=list_earlier(actor, account),
        is_waited=is_waited,
        may_ask=may_ask,
        papers=read_papers(account),
        notices=None if allowed.is_holder else _notices(account),
        allowed=allowed,
    )


def what_may(actor: User, account: Account) -> Allowed:
    """Answer what `actor` is offered on an account that was fetched for them; the services decide again."""
    is_open = account.status != AccountStatus.ACCOUNT_CLOSED
    has_holder = account.kind == AccountKind.CUSTOMER and is_open
    return Allowed(
        is_holder=actor.kind == UserKind.CUSTOMER,
        configure=has_holder and actor.may(Permission.CONFIGURE_ACCOUNTS),
        answer=has_holder and actor.may(Permission.ANSWER_SUITABILITY),
        sign=has_holder and account.owner_id == actor.pk and actor.may(Permission.SIGN_AGREEMENTS),
        request=has_holder and actor.may(Permission.REQUEST_OPTIONS),
    )


def why_this_level(account: Account, *, is_holder: bool) -> str:
    """Answer in a sentence why the level in force is what it is."""
    approved, in_force = account.options_approved_level, account.options_trading_level
    if not approved:
        return "No options level is approved."
    said = f"Level {approved} is approved"
    holding = [
        (account.max_options_trading_level, "your own cap" if is_holder else "the holder’s cap"),
        (account.admin_max_options_trading_level, f"a cap of {account.correspondent.name}"),
    ]
    caps = [name for cap, name in holding if cap is not None and cap == in_force < approved]
    if caps:
        holds = "hold" if len(caps) > 1 else "holds"
        said += f"; {' and '.join(caps)} {holds} it at {name_of(in_force).lower()}"
    if EnabledAsset.US_OPTION not in account.enabled_assets:
        return f"{said}. Options are not enabled on the account: nothing can be opened until they are."
    return f"{said}." if caps else f"{said}, and nothing holds it back."


def level_rows(account: Account, allowed: Allowed, *, may_ask: bool) -> tuple[LevelRow, ...]:
    """Answer each level, off included, the lowest first."""
    return tuple(_row(account, allowed, level, may_ask=may_ask) for level in (0, *OFFERED))


def highest_level(account: Account) -> int:
    """Answer the highest level that the holder can put in force: the approved one, or the firm's cap below it."""
    cap = account.admin_max_options_trading_level
    return account.options_approved_level if cap is None else min(account.options_approved_level, cap)


def name_of(level: int) -> str:
    """Answer what a level is called: `Off`, `Level 1`."""
    return f"Level {level}" if level else "Off"


def allows(level: int) -> str:
    """Answer what can be opened at a level, as the kinds of transaction that it adds (AA-12)."""
    added: dict[str, list[str]] = {}
    for strategy, (act, what) in KINDS.items():
        if REQUIRED_LEVEL[strategy] == level:
            added.setdefault(act, []).append(what)
    if not added:
        return "Nothing can be opened"
    said = "; ".join(f"{act} {' and '.join(what)}" for act, what in added.items())
    lower = [one for one in OFFERED if one < level]
    return f"{name_of(lower[-1])}, and {said}" if lower else said[:1].upper() + said[1:]


def act_of(level: int, *, since: int) -> str:
    """Answer what it is called to go from the level in force to another."""
    if level < since:
        return f"Lower to level {level}" if level else "Switch off"
    return f"Raise to level {level}"


def _row(account: Account, allowed: Allowed, level: int, *, may_ask: bool) -> LevelRow:
    in_force, own = account.options_trading_level, f"/accounts/{account.pk}/options"
    state, status = _state(account, allowed, level)
    if level > account.options_approved_level:
        act, url = (f"Apply for level {level}", f"{own}/apply?level={level}") if may_ask else ("", "")
    elif level == in_force or not allowed.configure or _is_held_back(account, level):
        act, url = "", ""
    else:
        act, url = act_of(level, since=in_force), f"{own}/lower?level={level}"
    return LevelRow(level, name_of(level), allows(level), state, status, act, url)


def _state(account: Account, allowed: Allowed, level: int) -> tuple[str, str]:
    """Answer whether a level is in force, or what keeps it from being, with its mark; nothing for a lower one."""
    if level == account.options_trading_level:
        return IN_FORCE, "ACTIVE" if level else "canceled"
    if level > account.options_approved_level:
        return "Not approved", "INACTIVE"
    if level < account.options_trading_level:
        return "", ""
    if _is_held_back(account, level):
        return f"Held back by {account.correspondent.name}", "missing"
    return "Held back by your cap" if allowed.is_holder else "Held back by the holder", "missing"


def _is_held_back(account: Account, level: int) -> bool:
    cap = account.admin_max_options_trading_level
    return cap is not None and cap < level


def read_papers(account: Account) -> Papers:
    """Answer the signature that counts and the newest edition of the document that was delivered."""
    signed = find_signed(account)
    delivery = account.disclosure_deliveries.order_by("-edition", "-delivered_at").first()
    enclosed = enclosed_edition(signed.revision) if signed else ""
    if delivery is not None and delivery.edition >= enclosed:
        return Papers(signed, delivery.edition, delivery)
    return Papers(signed, enclosed, None)


def _notices(account: Account) -> list[Notice]:
    return list(account.notices.order_by("-id")[:MOST_NOTICES])
