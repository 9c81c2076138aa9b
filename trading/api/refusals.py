"""Orders that were refused, over REST: books and records that can be searched (domain rule OR-11)."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import KeyScope
from accounts.models import Account
from brokerage.api import BadPageToken, read_page_token
from trading.api.serializers import SYMBOL_LENGTH
from trading.api.views import AccountView, read_instant
from trading.models import Refusal
from trading.refusal_listing import REFUSAL_KEYS, page_refusals

MOST_ROWS = 500


class RefusalQuery(serializers.Serializer):
    """The query of both lists; `after` and `until` bound when it was refused, and are left out."""

    symbol = serializers.CharField(default="", max_length=SYMBOL_LENGTH)
    reason = serializers.RegexField(r"^[a-z0-9_]+$", default="", max_length=60)
    after = serializers.CharField(default="")
    until = serializers.CharField(default="")
    limit = serializers.IntegerField(min_value=1, max_value=MOST_ROWS, default=50)
    page_token = serializers.CharField(default="")


class RefusalList(AccountView):
    """`GET /v1/trading/refusals`: of every account that the key may see."""

    scope = KeyScope.REPORTING

    def get(self, request: Request) -> Response:
        """Answer a page of refusals, newest first."""
        return self.page(request, None)

    def page(self, request: Request, account: Account | None) -> Response:
        """Answer `{"refusals": […], "next_page_token": …}`."""
        asked = RefusalQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        page = page_refusals(
            self.actor,
            account=account,
            symbol=said["symbol"].strip(),
            reason=said["reason"],
            since=read_instant(said, "after"),
            until=read_instant(said, "until"),
            size=said["limit"],
            after=_token(said["page_token"]),
        )
        shown = [refusal_object(row) for row in page.rows]
        return Response({"refusals": shown, "next_page_token": page.after or None})


class AccountRefusals(RefusalList):
    """`…/refusals`: of one account."""

    def get(self, request: Request, account_id: UUID) -> Response:  # type: ignore[override]
        """Answer a page of refusals, newest first."""
        return self.page(request, self.account(account_id))


def refusal_object(refusal: Refusal) -> dict[str, Any]:
    """Answer what was asked, by whom, and the refusal as it was sent."""
    return {
        "id": refusal.pk,
        "account_id": str(refusal.account_id),
        "account_number": refusal.account.account_number,
        "refused_at": refusal.refused_at,
        "requested_by": str(refusal.actor),
        "symbol": refusal.symbol,
        "reason": refusal.reason,
        "message": refusal.message,
        "request": refusal.ticket,
        "response": refusal.facts,
    }


def _token(text: str) -> str:
    """Answer the token of a page, or raise `BadPageToken` where this server did not give it."""
    if not text:
        return ""
    at, number = read_page_token(text, len(REFUSAL_KEYS))
    try:
        serializers.DateTimeField().run_validation(at)
        serializers.IntegerField(min_value=0, max_value=2**63 - 1).run_validation(number)
    except serializers.ValidationError:
        raise BadPageToken from None
    return text
