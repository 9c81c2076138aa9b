"""What binds an account's money, shares and contracts, over REST: each held amount with what holds it."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import KeyScope
from brokerage.money import plain
from trading.api.views import AccountView
from trading.holds import Hold, list_holds


class HoldList(AccountView):
    """`…/account/holds`: their sums are what the account has less what is free."""

    also_read_by = (KeyScope.ACCOUNTS,)

    def get(self, request: Request, account_id: UUID) -> Response:
        """Answer a row for each order, short contract, transfer and fee that binds something."""
        return Response([hold_object(hold) for hold in list_holds(self.account(account_id))])


def hold_object(hold: Hold) -> dict[str, Any]:
    """Answer a hold with what identifies it."""
    shown = {"kind": hold.kind.value, "amount": plain(hold.amount), "unit": hold.unit}
    facts = {
        "order_id": str(hold.order_id) if hold.order_id else "",
        "symbol": hold.symbol,
        "transfer_id": str(hold.transfer_id) if hold.transfer_id else "",
        "note": f"{hold.note} of {hold.day}" if hold.day else hold.note,
    }
    return shown | {name: value for name, value in facts.items() if value}
