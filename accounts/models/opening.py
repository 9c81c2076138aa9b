"""Applications that somebody is still filling in (the steps of opening an account in the browser)."""

import uuid

from django.db import models
from django.db.models import Q

from accounts.auditing import Audited
from accounts.choices import DocumentType, MimeType, OpeningStep
from accounts.models.accounts import Account, Correspondent
from accounts.models.users import User

IN_PROGRESS = Q(account__isnull=True, discarded_at__isnull=True)


class OpeningDraftQuerySet(models.QuerySet["OpeningDraft"]):
    """Drafts, by who may see them."""

    def visible_to(self, actor: User) -> "OpeningDraftQuerySet":
        """Keep what `actor` may see: colleagues go on with each other's; a customer has none."""
        if actor.sees_every_correspondent:
            return self
        if actor.kind == "customer":
            return self.none()
        return self.filter(correspondent_id=actor.correspondent_id)

    def in_progress(self) -> "OpeningDraftQuerySet":
        """Keep those that are neither opened nor discarded."""
        return self.filter(IN_PROGRESS)


class OpeningDraft(models.Model):
    """What was entered so far, sealed; it becomes an account once, and then only points to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, related_name="opening_drafts")
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    label = models.CharField(max_length=200, blank=True)
    step = models.CharField(max_length=16, choices=OpeningStep, default=OpeningStep.CONTACT)
    sections_sealed = models.BinaryField(null=True)
    revision = models.PositiveIntegerField(default=0)
    account = models.OneToOneField(Account, models.PROTECT, null=True, related_name="opening_draft")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    discarded_at = models.DateTimeField(null=True)

    objects = OpeningDraftQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["correspondent", "-updated_at", "-id"],
                condition=IN_PROGRESS,
                name="drafts_still_open",
            ),
        ]
        triggers = [Audited(correspondent="correspondent_id", hidden=["sections_sealed"])]

    def __str__(self) -> str:
        return self.label or f"draft {self.pk}"


class DraftDocument(models.Model):
    """A document added to a draft; its content lies sealed in the file storage (RK-10)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(OpeningDraft, models.PROTECT, related_name="documents")
    document_type = models.CharField(max_length=40, choices=DocumentType)
    document_sub_type = models.CharField(max_length=80, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    mime_type = models.CharField(max_length=20, choices=MimeType)
    content = models.FileField(upload_to="draft-documents", max_length=120)
    content_size = models.PositiveIntegerField()
    content_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        triggers = [Audited(account="", correspondent="draft_id", through="accounts_openingdraft")]

    def __str__(self) -> str:
        return f"{self.document_type} {self.file_name}"
