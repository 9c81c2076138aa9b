"""Which of the two modes this process runs in."""

from django.conf import settings

SANDBOX = "sandbox"
PRODUCTION = "production"


def is_sandbox() -> bool:
    """Say whether fixtures, the movable clock and `/v1/sandbox/*` exist."""
    return settings.STRIKEBOOK_MODE == SANDBOX
