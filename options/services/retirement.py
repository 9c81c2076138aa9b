"""Contracts come to their end by the clock, not by the next price (domain rule CL-7)."""

from datetime import datetime

from django.db import transaction

from options.choices import AssetStatus
from options.models import Asset, OptionContract
from options.rules.expirations import first_live_date


def retire_contracts(at: datetime) -> None:
    """Make the contracts inactive whose last session has closed by `at` (domain rule CL-7)."""
    with transaction.atomic(durable=True):
        expired = OptionContract.objects.filter(
            retired_at__isnull=True, expiration_date__lt=first_live_date(at), asset__status=AssetStatus.ACTIVE
        )
        ids = list(expired.values_list("pk", flat=True))
        Asset.objects.filter(pk__in=ids).update(status=AssetStatus.INACTIVE)
        OptionContract.objects.filter(pk__in=ids).update(retired_at=at)


def reinstate_contracts(at: datetime) -> None:
    """Make contracts active again that were retired later than `at`: the sandbox clock went back."""
    early = OptionContract.objects.filter(retired_at__gt=at, expiration_date__gte=first_live_date(at))
    ids = list(early.values_list("pk", flat=True))
    if ids:
        with transaction.atomic(durable=True):
            Asset.objects.filter(pk__in=ids).update(status=AssetStatus.ACTIVE)
            OptionContract.objects.filter(pk__in=ids).update(retired_at=None)
