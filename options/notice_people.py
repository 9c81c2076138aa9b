"""Who is told of what happens to a request or a level: the applicant, and staff, never an API key."""

from collections.abc import Iterable

from accounts.choices import Role, UserKind
from accounts.models import Account, Correspondent, User
from accounts.services.notices import Recipient
from accounts.services.settings import principals_of
from accounts.services.users import system_user
from options.models import OptionsApplication
from options.review_selectors import eligible_reviewers, who_may_not_decide


def applicant_of(account: Account) -> list[Recipient]:
    """Answer the holder of an account, at the address on file; nobody where there is none."""
    return [Recipient(account.email_address, account.owner)] if account.email_address else []


def staff_of(application: OptionsApplication, *, without: int | None = None) -> list[Recipient]:
    """Answer the members of staff who asked or who work on a request, else the correspondent's principals.

    `without` is who did what is told, and knows.
    """
    ids = (application.requested_by_id, application.claimed_by_id, application.first_approved_by_id)
    concerned = [one for one in ids if one is not None and one != without]
    people = User.objects.filter(pk__in=concerned, kind=UserKind.STAFF, is_active=True)
    return _as_recipients(people.order_by("pk")) or principals_for(application.correspondent, without=without)


def deciders_of(application: OptionsApplication) -> list[Recipient]:
    """Answer who may decide on a request, and who works on it."""
    shut_out = who_may_not_decide(application)
    people = [one for one in eligible_reviewers(system_user(), application.correspondent) if one.pk not in shut_out]
    claimed_by = application.claimed_by
    return _as_recipients(people if claimed_by is None or claimed_by in people else [*people, claimed_by])


def principals_for(correspondent: Correspondent, *, without: int | None = None) -> list[Recipient]:
    """Answer who reviews for a correspondent: those it named, else all its principals, else the broker's own."""
    named = correspondent.reviewers.filter(is_active=True, role=Role.ROP).order_by("pk")
    brokers = User.objects.filter(kind=UserKind.STAFF, role=Role.ROP, is_active=True, correspondent=None)
    people = list(named) or principals_of(correspondent) or list(brokers.order_by("pk"))
    return _as_recipients(one for one in people if one.pk != without)


def compliance_of(correspondent: Correspondent) -> list[Recipient]:
    """Answer who watches over a correspondent's approvals: its own compliance, else the broker's."""
    officers = User.objects.filter(kind=UserKind.STAFF, role=Role.COMPLIANCE, is_active=True).order_by("pk")
    own, brokers = officers.filter(correspondent=correspondent), officers.filter(correspondent=None)
    return _as_recipients(own) or _as_recipients(brokers)


def _as_recipients(people: Iterable[User]) -> list[Recipient]:
    return [Recipient(one.email, one) for one in people]
