"""What is on record of a request, to see that a refusal wrote nothing and an act no more than it says."""

from typing import Any

from accounts.models import Account
from brokerage.models import Event
from options.models import LevelReview, OptionsApplication, ReviewStep


def events_of(application: OptionsApplication) -> list[tuple[str, Any]]:
    """Answer the events of levels and requests of the account, in order."""
    events = Event.objects.filter(account_id=application.account_id, type__regex=r"^(options|level_review)")
    return list(events.order_by("id").values_list("type", "payload"))


def everything(application: OptionsApplication) -> tuple[Any, ...]:
    """Answer all that a review could write: the request, its steps, the account, reviews of it, and events."""
    account = Account.objects.filter(pk=application.account_id)
    return (
        OptionsApplication.objects.filter(pk=application.pk).values().get(),
        list(ReviewStep.objects.filter(application=application).values()),
        account.values("options_approved_level", "options_approved_at", "enabled_assets", "status").get(),
        list(LevelReview.objects.filter(account=application.account_id).values()),
        Event.objects.count(),
    )
