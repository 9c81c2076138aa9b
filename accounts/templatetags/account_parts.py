"""What the frame of an account's pages offers to whoever looks: its tabs, and the acts their role allows."""

from dataclasses import dataclass
from typing import Any

from django import template

from accounts.choices import AccountKind, AccountStatus, UserKind
from accounts.models import Account
from accounts.permissions import Permission
from accounts.rules.decisions import outcomes_of

register = template.Library()

TABS = (
    ("overview", "", "Overview"),
    ("balances", "balances", "Balances"),
    ("positions", "positions", "Positions"),
    ("lots", "lots", "Lots"),
    ("orders", "orders", "Orders"),
    ("activities", "activities", "Activities"),
    ("options", "options", "Options"),
    ("funding", "funding", "Funding"),
    ("profile", "profile", "Profile"),
    ("documents", "documents", "Documents"),
    ("notes", "notes", "Notes"),
    ("audit", "audit", "Audit"),
)
# What customers do not have: what staff wrote, and who did what.
OF_STAFF = frozenset({"notes", "audit"})


@dataclass(frozen=True)
class Tab:
    """A part of an account's pages."""

    name: str
    url: str
    label: str


@dataclass(frozen=True)
class Act:
    """Something that whoever looks may do with the account: a page where it is done, or done at once by a form."""

    url: str
    label: str
    is_posted: bool = False


@register.simple_tag(takes_context=True)
def account_tabs(context: dict[str, Any], account: Account) -> list[Tab]:
    """Answer the parts of an account that the user has."""
    user = context["request"].user
    hidden = OF_STAFF if user.kind == UserKind.CUSTOMER else frozenset()
    if not user.may(Permission.VIEW_AUDIT):
        hidden |= {"audit"}
    own = f"/accounts/{account.pk}"
    return [Tab(name, f"{own}/{part}".rstrip("/"), label) for name, part, label in TABS if name not in hidden]


@register.simple_tag(takes_context=True)
def account_trade(context: dict[str, Any], account: Account) -> str:
    """Answer where the user may trade for an account in its present state; empty where orders would be refused."""
    is_barred = account.account_blocked or account.trading_blocked or account.suspend_trade
    may_trade = context["request"].user.may(Permission.SUBMIT_ORDERS) and account.kind == AccountKind.CUSTOMER
    return f"/accounts/{account.pk}/trade" if may_trade and account.is_active and not is_barred else ""


@register.simple_tag(takes_context=True)
def account_acts(context: dict[str, Any], account: Account) -> list[Act]:
    """Answer the acts on an account that the user's role allows in its present state."""
    user = context["request"].user
    is_open = account.status != AccountStatus.ACCOUNT_CLOSED
    is_customers = account.kind == AccountKind.CUSTOMER
    offered = (
        (Permission.DECIDE_OPENINGS, bool(outcomes_of(AccountStatus(account.status))), "decide", "Decide"),
        (Permission.EDIT_ACCOUNTS, is_open and is_customers, "invite", "Invite to sign in"),
        (Permission.DECIDE_OPTIONS, account.options_approved_level > 0, "options/review", "Review the options level"),
        (Permission.RESTRICT_ACCOUNTS, is_open, "restrict", "Restrict"),
        (Permission.CLOSE_ACCOUNTS, is_open and is_customers, "close", "Close the account"),
    )
    if user.kind == UserKind.CUSTOMER:
        return []
    return [
        Act(f"/accounts/{account.pk}/{part}", label, is_posted=part == "invite")
        for permission, is_possible, part, label in offered
        if is_possible and user.may(permission)
    ]
