"""What the holder signed, sent, and agreed to on the side."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from accounts.auditing import Audited
from accounts.choices import AccountDocumentType, AccountStatus, AgreementType, CipApproval, DocumentType, MimeType
from accounts.models.accounts import Account
from accounts.models.users import User


class Agreement(models.Model):
    """One signature under one revision of an agreement (RK-11); further ones are appended.

    `text_digest` is the SHA-256 of the text that was signed, where the text is ours. A signature that
    comes over the wire has an IPv4 address (contract 2.1.4), one given in the browser either kind.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="agreements")
    agreement = models.CharField(max_length=32, choices=AgreementType)
    signed_at = models.DateTimeField()
    ip_address = models.GenericIPAddressField()
    revision = models.CharField(max_length=10)
    text_digest = models.CharField(max_length=64, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["account", "id"], name="agreements_in_order")]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"{self.agreement} {self.revision}"


class OwnerDocument(models.Model):
    """A document that the holder sent; its content lies sealed in the file storage (RK-10)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="documents")
    document_type = models.CharField(max_length=40, choices=DocumentType)
    document_sub_type = models.CharField(max_length=80, blank=True)
    mime_type = models.CharField(max_length=20, choices=MimeType, blank=True)
    content = models.FileField(upload_to="owner-documents", blank=True, max_length=120)
    content_size = models.PositiveIntegerField()
    content_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["account", "created_at"], name="documents_of_an_account")]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"{self.document_type} {self.id}"


class AccountTerms(models.Model):
    """The rest of the application: what is kept and shown (contract 2.1), and who and what it waits for.

    `makers` are the users who wrote what nobody has decided on yet: none of them may decide
    (AA-21). `record_due_at` is when what is on file last changed, until the account record that
    the customer gets is made from it (RK-5); where that failed, when it is tried again.
    `status_to_resume` is what a disabled account was before, and is again when it is enabled.
    """

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, related_name="terms")
    allow_instant_ach = models.BooleanField(default=False)
    additional_information = models.CharField(max_length=1024, blank=True)
    beneficiaries = models.JSONField(default=list, blank=True, encoder=DjangoJSONEncoder)
    cash_interest = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    fpsl = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    primary_account_holder = models.ForeignKey(Account, models.PROTECT, null=True, related_name="further_accounts")
    custodial_account_type = models.CharField(max_length=40, blank=True)
    minor_identity_sealed = models.BinaryField(null=True)
    makers = ArrayField(models.BigIntegerField(), default=list, blank=True)
    record_due_at = models.DateTimeField(null=True)
    status_to_resume = models.CharField(max_length=20, choices=AccountStatus, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["record_due_at"], condition=models.Q(record_due_at__isnull=False), name="records_that_are_due"
            ),
        ]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"terms of {self.account_id}"


class AccountDocument(models.Model):
    """A document that the broker made about an account: an application, a statement (contract 2.7)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="account_documents")
    document_type = models.CharField(max_length=24, choices=AccountDocumentType)
    sub_type = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=120)
    date = models.DateField()
    content = models.FileField(upload_to="account-documents", max_length=120)
    content_size = models.PositiveIntegerField()
    content_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-date", "-created_at", "-id"]
        indexes = [models.Index(fields=["account", "-date"], name="made_documents_of_an_account")]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"{self.document_type} {self.date}"


class CipRecord(models.Model):
    """What a partner's own identity check found (contract 2.6); the newest counts, earlier ones stay."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="cip_records")
    provider_name = models.JSONField(default=list)
    approval_status = models.CharField(max_length=10, choices=CipApproval, blank=True)
    sections_sealed = models.BinaryField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        get_latest_by = "recorded_at"
        indexes = [models.Index(fields=["account", "-recorded_at"], name="cip_newest_first")]
        triggers = [Audited()]

    def __str__(self) -> str:
        return f"CIP of {self.account_id}"


class AccountNote(models.Model):
    """What a member of staff wrote about an account; notes are added, never changed."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="notes")
    text = models.CharField(max_length=4000)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["account", "-id"], name="notes_newest_first")]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="a_note_says_something")]
        triggers = [Audited()]

    def __str__(self) -> str:
        return self.text[:60]
