"""The sandbox's own doors: they exist in sandbox mode only, for any valid key."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from brokerage import clock, market_calendar
from brokerage.api import ApiView
from brokerage.errors import EndpointNotFound
from brokerage.mode import is_sandbox
from brokerage.scopes import EVERY_SCOPE
from brokerage.services.clock import ClockMove, release_clock, set_clock


class SandboxView(ApiView):
    """A view that answers 404 in production mode, before anything else."""

    scope = EVERY_SCOPE

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if not is_sandbox():
            raise EndpointNotFound
        super().initial(request, *args, **kwargs)


class ClockRequest(serializers.Serializer):
    """`{"now": RFC 3339, "frozen": bool}`."""

    now = serializers.DateTimeField()
    frozen = serializers.BooleanField(default=False)


class SandboxClockView(SandboxView):
    """`/v1/sandbox/clock`: read, set, and let go of the sandbox clock."""

    def get(self, request: Request) -> Response:
        """Answer what the clock shows."""
        setting = clock.setting()
        return Response(_shown(ClockMove(clock.now(), setting.frozen_at is not None, [])))

    def put(self, request: Request) -> Response:
        """Set the clock, run what falls due on the way, and answer its names."""
        asked = ClockRequest(data=self.body())
        asked.is_valid(raise_exception=True)
        return Response(_shown(set_clock(**asked.validated_data)))

    def delete(self, request: Request) -> Response:
        """Go forward to the real time, run what falls due on the way, and answer its names."""
        return Response(_shown(release_clock()))


def _shown(move: ClockMove) -> dict[str, Any]:
    return {
        "now": move.now,
        "frozen": move.is_frozen,
        "is_open": market_calendar.is_open(move.now),
        "ran": [{"name": job.name, "due_at": job.due_at} for job in move.ran],
    }
