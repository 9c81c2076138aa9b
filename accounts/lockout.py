"""Locking out who guesses: what is counted, for how long, and what is shown (axes)."""

from datetime import datetime
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from brokerage import clock
from brokerage.origin import client_ip

PLACES_ARE_SHARED = 10
"""How many times more may fail from one place than of one address there: an office has one IP."""
LONGEST_EMAIL = 255


class LockOut(AxesDatabaseHandler):
    """Counts failures of an e-mail address from a place, and of a place altogether."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Answer how near the limit the worse of the two counts is."""
        own, place = (
            attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        return max(own, place // PLACES_ARE_SHARED)

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Forget the failures of who signed in, and of nobody else at the same place."""
        own, _ = self.filter_user_attempts(request, credentials)
        return own.delete()[0]


def tried_email(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Answer the e-mail address that was tried, in the form in which failures are counted."""
    tried = (credentials or {}).get("email") or (credentials or {}).get("username") or ""
    return str(tried).replace("\x00", "").strip().lower()[:LONGEST_EMAIL]


def stands(request: HttpRequest, credentials: dict[str, Any]) -> bool:
    """Say whether an address or place is locked out now; the answer to the request is then the page that says so."""
    if AxesProxyHandler.is_allowed(request, credentials):
        return False
    request.axes_locked_out = True  # type: ignore[attr-defined]
    request.axes_credentials = credentials  # type: ignore[attr-defined]
    return True


def count_failure(request: HttpRequest, email: str) -> None:
    """Count a wrong code like a wrong password."""
    user_login_failed.send(sender=__name__, credentials={"email": email}, request=request)


def locked_out_page(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """Answer the page that says until when nobody can try again."""
    until = locked_until(tried_email(request, credentials), client_ip(request)) or clock.real_now()
    return render(request, "accounts/locked_out.html", {"until": until}, status=429)


def locked_until(email: str, address: str) -> datetime | None:
    """Answer when the lock of an address at a place, or of the place, ends; None where neither is counted."""
    attempts = AccessAttempt.objects.filter(ip_address=address or None)
    own = attempts.filter(username=email).aggregate(last=Max("attempt_time"))["last"]
    last = own or attempts.aggregate(last=Max("attempt_time"))["last"]
    return last + settings.AXES_COOLOFF_TIME if last else None


def locked_emails(emails: list[str]) -> set[str]:
    """Answer which of the addresses are locked out somewhere."""
    since = clock.real_now() - settings.AXES_COOLOFF_TIME
    return set(
        AccessAttempt.objects.filter(username__in=emails, attempt_time__gte=since)
        .values("username", "ip_address")
        .annotate(failures=Sum("failures_since_start"))
        .filter(failures__gte=settings.AXES_FAILURE_LIMIT)
        .order_by()
        .values_list("username", flat=True)
    )
