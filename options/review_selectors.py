"""Who may decide on requests for a level, and who may not (AA-21)."""

from django.db.models import Q

from accounts.choices import STAFF_ROLES, UserKind
from accounts.models import Account, Correspondent, User
from accounts.permissions import Permission, may
from accounts.rules.text import mailbox_of
from options.applicant_files import makers_of
from options.models import OptionsApplication
from options.rules.review import may_decide

_PRINCIPALS = [role for role in STAFF_ROLES if may(role, Permission.DECIDE_OPTIONS)]


def eligible_reviewers(actor: User, correspondent: Correspondent) -> list[User]:
    """Answer who decides on a correspondent's requests, by name; nobody where it is not the actor's.

    The principals that it chose, or all of its own where it chose none, and the broker's.
    """
    actor.require(Permission.VIEW_ACCOUNTS)
    if not (actor.sees_every_correspondent or actor.correspondent_id == correspondent.pk):
        return []
    principals = User.objects.filter(kind=UserKind.STAFF, role__in=_PRINCIPALS, is_active=True)
    own = principals.filter(correspondent=correspondent) | principals.filter(correspondent__isnull=True)
    chosen = reviewers_of(correspondent)
    return [one for one in own.order_by("name", "pk") if _may_decide(one, chosen)]


def is_reviewer(person: User, correspondent: Correspondent) -> bool:
    """Say whether a person may decide on requests of a correspondent at all, as far as role and choice go."""
    return person.may(Permission.DECIDE_OPTIONS) and _may_decide(person, reviewers_of(correspondent))


def reviewers_of(correspondent: Correspondent) -> frozenset[int]:
    """Answer whom a correspondent chose to decide on its requests; nobody where every principal does."""
    return frozenset(correspondent.reviewers.values_list("pk", flat=True))


def who_may_not_decide(application: OptionsApplication) -> set[int]:
    """Answer who entered, changed or benefits from what a request rests on, when it was made and since (AA-21)."""
    makers = {*application.makers, application.requested_by_id, *makers_of(application.account)}
    return makers | holders_of(application.account)


def holders_of(account: Account) -> set[int]:
    """Answer every user who is the holder of an account: its owner, and whoever signs in by the holder's address.

    Staff who hold an account of their firm sign in as staff, so that it has no owner. An alias of an
    address is the same person's.
    """
    address = mailbox_of(account.email_address)
    name, at, domain = address.partition("@")
    aliased = Q(email__istartswith=f"{name}+", email__iendswith=at + domain)
    alike = User.objects.filter(Q(email__iexact=address) | aliased)
    found = set(alike.values_list("pk", flat=True)) if address else set()
    return found | ({account.owner_id} if account.owner_id is not None else set())


def _may_decide(person: User, chosen: frozenset[int]) -> bool:
    return may_decide(person.pk, person.kind, is_brokers=person.sees_every_correspondent, reviewers=chosen)
