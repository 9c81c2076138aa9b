"""What a decision does, as the last steps of a service: the level that an account has, and what is announced."""

from datetime import datetime
from typing import Any

from accounts.choices import EnabledAsset
from accounts.models import Account, User
from brokerage.events import record_event
from options.choices import ApplicationStatus
from options.models import LevelReview, OptionsApplication

# How a request is announced by what became of it.
ANNOUNCED_AS: dict[str, str] = {
    ApplicationStatus.PENDING: "submitted",
    ApplicationStatus.APPROVED: "approved",
    ApplicationStatus.LOWER_LEVEL_APPROVED: "lower_level_approved",
    ApplicationStatus.REJECTED: "rejected",
}


def announce(
    application: OptionsApplication, what: str, *, now: datetime, actor: User | None = None, **facts: Any
) -> None:
    """Announce what happened to a request, and who did it where a person or the applicant did."""
    payload = {
        "status": application.status,
        "requested_level": application.requested_level,
        "approved_level": application.approved_level,
        **({"user_id": actor.pk} if actor is not None else {}),
        **facts,
    }
    record_event(
        f"options_application.{what}", account=application.account, subject=application, at=now, payload=payload
    )


def put_level(account: Account, level: int, *, subject: OptionsApplication | LevelReview, now: datetime) -> None:
    """Give a locked account the level that a person decided on, higher or lower than it has."""
    if level < account.options_approved_level:
        lower_level(account, level, subject=subject, now=now)
    else:
        grant_level(account, level, subject=subject, now=now)


def grant_level(account: Account, level: int, *, subject: OptionsApplication | LevelReview, now: datetime) -> None:
    """Raise a locked account to an approved level and announce it.

    What is approved already is never lowered here. Options are enabled with the first level:
    the overview's steps for an existing account do not ask for `us_option` separately.
    """
    before = account.options_approved_level
    if level <= before:
        return
    account.options_approved_level = level
    account.options_approved_at = now
    if EnabledAsset.US_OPTION not in account.enabled_assets:
        account.enabled_assets = [*account.enabled_assets, EnabledAsset.US_OPTION.value]
    account.save(update_fields=["options_approved_level", "options_approved_at", "enabled_assets"])
    _announce_level("options.level_approved", account, before, subject=subject, now=now)


def lower_level(account: Account, level: int, *, subject: OptionsApplication | LevelReview, now: datetime) -> None:
    """Lower a locked account's approved level and announce it.

    It holds for what is asked from now on (AA-13) and touches nothing that is open (AA-14): positions
    stay and can be closed and exercised, and an opening order that rests was accepted at the level of
    its time. It may still fill until the day ends, as it may beside a cap; a principal can cancel it.
    """
    before = account.options_approved_level
    if level >= before:
        return
    account.options_approved_level = level
    account.save(update_fields=["options_approved_level"])
    _announce_level("options.level_lowered", account, before, subject=subject, now=now)


def _announce_level(
    type: str, account: Account, before: int, *, subject: OptionsApplication | LevelReview, now: datetime
) -> None:
    account.level_reviews.waiting().update(level=account.options_approved_level)  # it is of the level that there is
    change = {"approved_level_from": before, "approved_level_to": account.options_approved_level}
    record_event(type, account=account, subject=subject, at=now, payload={"options": change})
