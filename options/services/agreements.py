"""Sign the options agreement: the holder, in the browser (FINRA 2360(b)(16)(D), AA-9, RK-11)."""

from uuid import UUID

from django.db import transaction

from accounts.agreements import AgreementText, find_text
from accounts.choices import AccountStatus, AgreementType
from accounts.errors import AccountClosed
from accounts.locking import lock_account
from accounts.models import Account, Agreement, User
from accounts.permissions import Permission
from accounts.rules.applications import SignedAgreement
from accounts.services.sections import append_agreements
from accounts.services.steps import make_record_soon
from brokerage import clock
from brokerage.errors import NotPermitted
from brokerage.events import record_event
from options.rules.agreements import Signature, Signer, require_signature
from options.rules.disclosure_document import AGREEMENT_IN_FORCE, month_of


@transaction.atomic(durable=True)
def sign_options_agreement(*, actor: User, account_id: UUID, signature: Signature) -> Agreement:
    """Record that the holder signed the options agreement in force, as they read it, now, from where they are.

    Only the holder signs. What is signed already is answered and not signed twice. Raises
    `AccountNotFound`, `NotPermitted`, `AccountClosed`, `AgreementTextChanged` or `SignatureInvalid`.
    """
    actor.require(Permission.SIGN_AGREEMENTS)
    account = lock_account(actor, account_id)
    if account.owner_id != actor.pk:
        raise NotPermitted(permission=Permission.SIGN_AGREEMENTS.value)
    if account.status == AccountStatus.ACCOUNT_CLOSED:
        raise AccountClosed(account_number=account.account_number)
    signed = find_signed(account)
    if signed is not None:
        return signed
    text = text_in_force()
    require_signature(signature, signer_of(account), digest=text.digest)

    now = clock.now()
    ticket = SignedAgreement(
        agreement=text.agreement, signed_at=now, ip_address=signature.ip_address, revision=text.revision
    )
    (agreement,) = append_agreements(account, [ticket], actor=actor, now=now)
    account.terms.record_due_at = now
    account.terms.save(update_fields=["record_due_at"])
    payload = {"changed": ["agreements"]}
    record_event("account.updated", account=account, subject=account, at=now, payload=payload)
    make_record_soon(account)
    return agreement


def text_in_force() -> AgreementText:
    """Answer the text of the options agreement in force; a test holds that it is there."""
    text = find_text(AgreementType.OPTIONS, AGREEMENT_IN_FORCE)
    assert text is not None
    return text


def signer_of(account: Account) -> Signer:
    """Answer who has to sign for an account that has a holder."""
    holder = account.identity
    return Signer(holder.given_name, holder.middle_name, holder.family_name)


def find_signed(account: Account) -> Agreement | None:
    """Answer the newest signature that counts now; None where there is none, or only under an older text."""
    signed = account.agreements.filter(agreement=AgreementType.OPTIONS).select_related("recorded_by").order_by("-id")
    counts = [one for one in signed if month_of(one.revision) >= month_of(AGREEMENT_IN_FORCE)]
    return max(counts, key=lambda one: (month_of(one.revision), one.pk), default=None)
