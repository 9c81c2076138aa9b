"""Portfolio history over REST (contract/trading.md 8.1)."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import KeyScope
from brokerage.market_calendar import NEW_YORK
from brokerage.money import plain
from trading.api.serializers import CommaList
from trading.api.views import AccountView, read_instant
from trading.history_errors import HistoryQueryInvalid
from trading.portfolio_history import History, portfolio_history
from trading.rules.history import HistoryQuery


class HistoryRequest(serializers.Serializer):
    """The query of `GET …/account/portfolio/history`; `date_end` and `extended_hours` are the old ways to ask."""

    period = serializers.CharField(default="", max_length=10)
    timeframe = serializers.CharField(default="", max_length=10)
    start = serializers.CharField(default="")
    end = serializers.CharField(default="")
    date_end = serializers.DateField(default=None)
    intraday_reporting = serializers.CharField(default="", max_length=20)
    extended_hours = serializers.BooleanField(default=False)
    pnl_reset = serializers.CharField(default="per_day", max_length=20)
    cashflow_types = CommaList(default=("NONE",))

    def to_query(self) -> HistoryQuery:
        """Answer what is asked for; call after `is_valid`."""
        said = self.validated_data
        reporting = said["intraday_reporting"] or ("extended_hours" if said["extended_hours"] else "market_hours")
        return HistoryQuery(
            period=said["period"],
            timeframe=said["timeframe"],
            start=read_instant(said, "start"),
            end=self._end(),
            intraday_reporting=reporting,
            pnl_reset=said["pnl_reset"],
            cashflow_types=tuple(word.upper() for word in said["cashflow_types"]),
        )

    def _end(self) -> datetime | None:
        said = self.validated_data
        if said["date_end"] is None:
            return read_instant(said, "end")
        if said["end"]:
            raise HistoryQueryInvalid({"date_end": ["cannot be combined with end"]})
        return datetime.combine(said["date_end"] + timedelta(days=1), time(), NEW_YORK)


class PortfolioHistory(AccountView):
    """`…/account/portfolio/history`."""

    also_read_by = (KeyScope.REPORTING,)
    invalid_input = HistoryQueryInvalid

    def get(self, request: Request, account_id: UUID) -> Response:
        """Answer equity, profit and loss, and cash flows over time, from what was stored at the time."""
        asked = HistoryRequest(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(history_object(portfolio_history(self.account(account_id), asked.to_query())))


def history_object(history: History) -> dict[str, Any]:
    """Answer a history as the wire shows it: JSON numbers, exact, and times in epoch seconds."""
    shown: dict[str, Any] = {
        "timestamp": history.timestamps,
        "equity": [number(value) for value in history.equity],
        "profit_loss": [number(value) for value in history.profit_loss],
        "profit_loss_pct": [number(value) for value in history.profit_loss_pct],
        "base_value": number(history.base_value),
        "timeframe": history.timeframe,
        "cashflow": {kind: [number(value) for value in amounts] for kind, amounts in history.cashflow.items()},
        "unpriced_positions": history.unpriced,
    }
    if history.base_value is None:
        shown["base_value_reason"] = "no value was stored in this time"
    if history.base_value_asof is not None:
        shown["base_value_asof"] = history.base_value_asof
    return shown


def number(value: Decimal | None) -> orjson.Fragment | None:
    """Answer a decimal as a JSON number with every digit that it has, which a float need not have."""
    text = plain(value)
    return None if text is None else orjson.Fragment(text)
