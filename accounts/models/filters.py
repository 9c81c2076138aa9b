"""Filters that somebody saved under a name."""

import uuid

from django.db import models

from accounts.models.accounts import Correspondent
from accounts.models.users import User


class SavedFilter(models.Model):
    """A list's query string under a name: one's own, or shared with one's colleagues."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, models.PROTECT, related_name="saved_filters")
    correspondent = models.ForeignKey(Correspondent, models.PROTECT, null=True, related_name="+")
    page = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query_string = models.CharField(max_length=1000)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "page", "name"], name="a_filter_is_saved_once_under_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
