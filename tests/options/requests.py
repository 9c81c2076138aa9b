"""Requests for a level that wait for a principal, made through the services."""

from typing import Any
from uuid import uuid4

from django.db.models import Model

from accounts.choices import Role
from accounts.models import (
    Account,
    AccountTerms,
    Agreement,
    Contact,
    Correspondent,
    Disclosures,
    Identity,
    Suitability,
    User,
)
from options.models import OptionsApplication
from options.rules.requests import ApprovalRequest
from options.services.applications import request_options_approval
from tests.factories import api_user, make_account, make_staff
from tests.options.applicants import SOUND_ANSWERS

# One contradiction, at every level; nothing that withholds one.
FOR_A_PERSON = SOUND_ANSWERS | {"identity.investment_experience_with_stocks": "none"}


def make_pending(
    correspondent: Correspondent,
    *,
    level: int = 2,
    opened_by: User | None = None,
    changes: dict[str, Any] | None = None,
) -> OptionsApplication:
    """Open an account whose file sends a request to a person, and ask for `level`, both by the same user."""
    maker = opened_by or api_user(correspondent)
    account = make_account(correspondent, opened_by=maker, changes=FOR_A_PERSON | (changes or {}))
    return request_options_approval(actor=maker, account_id=account.pk, request=ApprovalRequest(level))


def make_many_pending(correspondent: Correspondent, count: int) -> list[OptionsApplication]:
    """Make as many requests as `make_pending` makes one: the first holder's file is copied, the service asks."""
    first = make_pending(correspondent)
    ids = [uuid4() for _ in range(count - 1)]
    account = _row_of(Account, pk=first.account_id, without=("id", "account_number", "registered_email"))
    Account.objects.bulk_create(Account(id=one, **account) for one in ids)
    for part in (Contact, Identity, Disclosures, AccountTerms, Suitability, Agreement):
        for kept in part.objects.filter(account=first.account_id):
            row = _row_of(part, pk=kept.pk, without=("id", "account_id", "tax_id_sealed", "date_of_birth_sealed"))
            born = {"date_of_birth_sealed": None} if part is Identity else {}
            copies = [part(account_id=one, **born, **row) for one in ids]
            for copied in copies if part is Identity else ():
                copied.date_of_birth = kept.date_of_birth
            part.objects.bulk_create(copies)
    request = ApprovalRequest(first.requested_level)
    return [first] + [
        request_options_approval(actor=first.requested_by, account_id=one, request=request) for one in ids
    ]


def _row_of(model: type[Model], *, pk: Any, without: tuple[str, ...]) -> dict[str, Any]:
    columns = [field.attname for field in model._meta.concrete_fields if not field.generated]
    return model.objects.filter(pk=pk).values(*(name for name in columns if name not in without)).get()


def second_principal(correspondent: Correspondent, *, email: str = "second.rop@acme.example") -> User:
    """Make another principal beside the cast's."""
    return make_staff(Role.ROP, correspondent, email=email)
