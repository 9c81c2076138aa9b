"""Applications that are in progress when a test begins."""

from typing import Any
from uuid import uuid4

from django.test import Client

from accounts.models import OpeningDraft, User
from tests.accounts.openings import STEPS

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f00050001ff89993d1d0000000049454e44ae426082"
)


def start(clerk: User, *, steps: Any = ()) -> OpeningDraft:
    """Start an application and fill in steps of it, as the forms would post them."""
    browser, draft_id = Client(), uuid4()
    browser.force_login(clerk)
    browser.post("/openings", {"draft": draft_id})
    for step in steps:
        revision = OpeningDraft.objects.get(pk=draft_id).revision
        browser.post(f"/openings/{draft_id}/{step}", STEPS[step] | {"revision": revision})
    return OpeningDraft.objects.get(pk=draft_id)
