"""Keep what a partner's own identity check found (contract/accounts.md 2.6)."""

from uuid import UUID

import orjson
from django.db import transaction

from accounts.choices import AccountKind, AccountStatus
from accounts.errors import AccountClosed, AccountInputInvalid, FirmAccountHasNoHolder
from accounts.locking import lock_account
from accounts.models import CipRecord, User
from accounts.permissions import Permission
from accounts.rules.cip import CipReport, cip_faults, kyc_results_of
from accounts.rules.onboarding import by_field
from accounts.sealing import seal
from brokerage import clock
from brokerage.events import record_event


@transaction.atomic(durable=True)
def record_cip(*, actor: User, account_id: UUID, report: CipReport) -> CipRecord:
    """Keep an identity check beside the earlier ones, and announce what it changes of the KYC results.

    It decides nothing about the account's status: a person does. Raises `AccountNotFound`,
    `AccountClosed`, `FirmAccountHasNoHolder` or `AccountInputInvalid`.
    """
    actor.require(Permission.EDIT_ACCOUNTS)
    account = lock_account(actor, account_id)
    if account.status == AccountStatus.ACCOUNT_CLOSED:
        raise AccountClosed(account_number=account.account_number)
    if account.kind == AccountKind.FIRM:
        raise FirmAccountHasNoHolder(account_number=account.account_number)
    if faults := by_field(cip_faults(report)):
        raise AccountInputInvalid(faults)

    now = clock.now()
    record = CipRecord.objects.create(
        account=account,
        provider_name=list(report.provider_name),
        approval_status=report.approval_status,
        sections_sealed=seal(orjson.dumps(report.sections, default=str), account_id=account.pk),
        recorded_at=now,
        recorded_by=actor,
    )
    results = kyc_results_of(report)
    if results != account.kyc_results:
        account.kyc_results = results
        account.save(update_fields=["kyc_results"])
        payload = {"kyc_results": results}
        record_event("account.kyc_checked", account=account, subject=account, at=now, payload=payload)
    return record
