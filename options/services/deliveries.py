"""Record that the options disclosure document reached a holder (Exchange Act Rule 9b-1(d), DS-1)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.choices import AgreementType
from accounts.locking import lock_account
from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock
from options.choices import DeliveryMeans
from options.errors import DeliveryInvalid
from options.models import DisclosureDelivery
from options.rules.applicants import Applicant
from options.rules.disclosure_document import EDITIONS, enclosed_edition


@transaction.atomic(durable=True)
def record_delivery(
    *, actor: User, account_id: UUID, edition: str, means: DeliveryMeans, delivered_at: datetime
) -> DisclosureDelivery:
    """Record that an edition of the document was delivered; the same delivery again is recorded once.

    Raises `DeliveryInvalid` for an edition that does not exist or a time to come.
    """
    actor.require(Permission.EDIT_ACCOUNTS)
    account = lock_account(actor, account_id)
    now = clock.now()
    faults: dict[str, list[str]] = {}
    if edition not in EDITIONS:
        faults["edition"] = [f"must be {' or '.join(EDITIONS)}"]
    if delivered_at > now:
        faults["delivered_at"] = ["must not be in the future"]
    if faults:
        raise DeliveryInvalid(faults)
    found = account.disclosure_deliveries.filter(edition=edition, means=means, delivered_at=delivered_at).first()
    if found is not None:
        return found
    return _insert(account, actor=actor, now=now, edition=edition, means=means, delivered_at=delivered_at)


def record_enclosed_document(account: Account, applicant: Applicant, *, actor: User, now: datetime) -> None:
    """Record, as a step of a request, the document that came with the signed agreement, unless it is on record.

    It counts as delivered when the signature reached us, which is certainly not later than it did.
    """
    edition = enclosed_edition(applicant.agreement)
    if not edition or account.disclosure_deliveries.filter(edition=edition).exists():
        return
    signed = account.agreements.filter(agreement=AgreementType.OPTIONS, revision=applicant.agreement).earliest("id")
    _insert(
        account,
        actor=actor,
        now=now,
        edition=edition,
        means=DeliveryMeans.AGREEMENT,
        delivered_at=min(signed.recorded_at, now),
    )


def _insert(
    account: Account, *, actor: User, now: datetime, edition: str, means: DeliveryMeans, delivered_at: datetime
) -> DisclosureDelivery:
    return DisclosureDelivery.objects.create(
        account=account,
        edition=edition,
        means=means,
        delivered_at=delivered_at,
        recorded_at=now,
        recorded_by=actor,
    )
