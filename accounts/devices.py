"""The devices that somebody is signed in on: browser, address, when last seen."""

import time
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from accounts.models import User
from brokerage import clock
from brokerage.origin import client_ip

SEEN = "seen_at"
SECONDS_BETWEEN = 60
# The first that is in the user agent wins: each browser also names those that it resembles.
BROWSERS = {
    "Edg/": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chromium/": "Chromium",
    "HeadlessChrome/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
    "curl/": "curl",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@dataclass(frozen=True)
class Device:
    """One signed-in browser."""

    id: int
    name: str
    address: str
    signed_in_at: datetime
    last_seen_at: datetime
    is_this: bool


class LastSeen(MiddlewareMixin):
    """Keeps when a signed-in device was last seen, to the minute, and from where."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Note the time once a minute; a stream reads its session itself and is not looked at here."""
        session = getattr(request, "session", None)
        if session is not None and session.accessed and time.time() - session.get(SEEN, time.time()) > SECONDS_BETWEEN:
            mark_seen(request)
            UserSession.objects.filter(session_key=session.session_key).update(
                last_seen_at=clock.real_now(),
                ip=client_ip(request) or "0.0.0.0",  # noqa: S104
            )
        return response


def mark_seen(request: HttpRequest) -> None:
    """Note in the session that its device was seen just now."""
    request.session[SEEN] = time.time()


def list_devices(request: HttpRequest, user: User) -> list[Device]:
    """Answer where the user is signed in, this device first, then by when each was last seen."""
    devices = [
        Device(
            id=found.pk,
            name=describe(found.user_agent),
            address=found.ip,
            signed_in_at=found.created_at,
            last_seen_at=found.last_seen_at,
            is_this=found.session_key == request.session.session_key,
        )
        for found in UserSession.objects.purge_and_list(user)
    ]
    return sorted(devices, key=lambda device: (device.is_this, device.last_seen_at), reverse=True)


def end_devices(user: User, *, but: str | None = None) -> int:
    """Sign the user out everywhere, save in the session `but`; answer how many sessions ended."""
    ended = 0
    for found in UserSession.objects.filter(user=user).exclude(session_key=but or ""):
        found.end()
        ended += 1
    return ended


def end_device(user: User, device_id: int) -> bool:
    """Sign the user out on one device; answer whether there was such a device."""
    found = UserSession.objects.filter(user=user, pk=device_id).first()
    if found is not None:
        found.end()
    return found is not None


def describe(user_agent: str) -> str:
    """Answer a browser in words: `Firefox on macOS`."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "Unknown browser")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return f"{browser} on {system}" if system else browser
