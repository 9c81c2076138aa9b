"""`/v1/clock` and `/v1/calendar`: market hours for API clients (contract/trading.md 1.5)."""

from datetime import date, timedelta
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from brokerage import clock, market_calendar
from brokerage.api import ApiView
from brokerage.market_calendar import NEW_YORK, Instrument, Session, settlement_date
from brokerage.scopes import ANY_KEY, Admits

FIRST_DAY = date(1990, 1, 1)
LONGEST_TO_SETTLE = timedelta(days=14)


class ClockView(ApiView):
    """`GET /v1/clock`: the time, whether the market is open, and when that changes."""

    scope = ANY_KEY
    admits = Admits.BOTH

    def get(self, request: Request) -> Response:
        """Answer `{timestamp, is_open, next_open, next_close}` in New York time."""
        now = clock.now()
        upcoming = market_calendar.next_session(now)
        current = market_calendar.session_at(now)
        closes = current.closes_at if current else upcoming.closes_at
        return Response(
            {
                "timestamp": now.astimezone(NEW_YORK),
                "is_open": current is not None,
                "next_open": upcoming.opens_at.astimezone(NEW_YORK),
                "next_close": closes.astimezone(NEW_YORK),
            }
        )


class CalendarRequest(serializers.Serializer):
    """The query of `GET /v1/calendar`; dates may come as RFC 3339 times."""

    start = serializers.DateField(default=FIRST_DAY, input_formats=["iso-8601", "%Y-%m-%dT%H:%M:%S%z"])
    end = serializers.DateField(
        default=market_calendar.last_settling_day, input_formats=["iso-8601", "%Y-%m-%dT%H:%M:%S%z"]
    )
    date_type = serializers.ChoiceField(choices=["TRADING", "SETTLEMENT"], default="TRADING")


class CalendarView(ApiView):
    """`GET /v1/calendar`: the sessions from `start` to `end`, both included, as far as they are known.

    With `date_type=SETTLEMENT` the two are about the days on which trades of a session settle.
    """

    scope = ANY_KEY
    admits = Admits.BOTH

    def get(self, request: Request) -> Response:
        """Answer an array of sessions, hours in New York time."""
        asked = CalendarRequest(data=request.query_params)
        asked.is_valid(raise_exception=True)
        start, end = asked.validated_data["start"], asked.validated_data["end"]
        settles = asked.validated_data["date_type"] == "SETTLEMENT"
        first = max(start, FIRST_DAY + LONGEST_TO_SETTLE) - LONGEST_TO_SETTLE if settles else start
        sessions = market_calendar.sessions_between(first, min(end, market_calendar.last_settling_day()))
        days = [_day(session) for session in sessions]
        return Response([day for day in days if not settles or start <= day["settlement_date"] <= end])


def _day(session: Session) -> dict[str, Any]:
    opens, closes = (at.astimezone(NEW_YORK) for at in (session.opens_at, session.closes_at))
    return {
        "date": session.date,
        "open": f"{opens:%H:%M}",
        "close": f"{closes:%H:%M}",
        "session_open": "0400",
        "session_close": "2000",
        "settlement_date": settlement_date(session.date, Instrument.OPTION),
    }
