"""Contracts, assets and requests for a level over REST. Views parse, call one service or selector, render."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import actor_of
from accounts.choices import KeyScope
from brokerage.api import ApiView, page_token
from brokerage.scopes import Admits
from options.api.representations import approval_json, asset_json, contract_json
from options.api.serializers import read_approval, read_approvals_query, read_asset_query, read_contract_query
from options.selectors import get_contract, get_share, list_approvals, list_assets, list_contracts
from options.services.applications import request_options_approval


class ContractList(ApiView):
    """`/v1/options/contracts`."""

    scope = KeyScope.TRADING
    also_read_by = (KeyScope.DATA,)
    admits = Admits.BOTH

    def get(self, request: Request) -> Response:
        """List contracts by their key, a page at a time."""
        search, after, limit, with_deliverables = read_contract_query(request.query_params)
        rows = list_contracts(search, after=after, limit=limit + 1)
        token = page_token(rows[limit - 1][-1]) if len(rows) > limit else None
        shown = [contract_json(row, with_deliverables=with_deliverables) for row in rows[:limit]]
        return Response({"option_contracts": shown, "next_page_token": token})


class ContractDetail(ApiView):
    """`/v1/options/contracts/{symbol_or_id}`."""

    scope = KeyScope.TRADING
    also_read_by = (KeyScope.DATA,)
    admits = Admits.BOTH

    def get(self, request: Request, symbol_or_id: str) -> Response:
        """Answer one contract with what it delivers."""
        return Response(contract_json(get_contract(symbol_or_id), with_deliverables=True))


class AssetList(ApiView):
    """`/v1/assets`."""

    scope = KeyScope.TRADING
    also_read_by = (KeyScope.DATA,)
    admits = Admits.BOTH

    def get(self, request: Request) -> Response:
        """List shares."""
        return Response([asset_json(asset) for asset in list_assets(read_asset_query(request.query_params))])


class AssetDetail(ApiView):
    """`/v1/assets/{symbol_or_asset_id}`."""

    scope = KeyScope.TRADING
    also_read_by = (KeyScope.DATA,)
    admits = Admits.BOTH

    def get(self, request: Request, symbol_or_id: str) -> Response:
        """Answer one share."""
        return Response(asset_json(get_share(symbol_or_id)))


class ApprovalRequests(ApiView):
    """`/v1/accounts/{account_id}/options/approval`: an account that is unknown or foreign is 401 here."""

    scope = KeyScope.ACCOUNTS

    def post(self, request: Request, account_id: UUID) -> Response:
        """Ask for an options level."""
        asked = read_approval(self.body())
        application = request_options_approval(actor=actor_of(request), account_id=account_id, request=asked)
        return Response(approval_json(application))


class ApprovalList(ApiView):
    """`/v1/accounts/options/approvals`."""

    scope = KeyScope.ACCOUNTS

    def get(self, request: Request) -> Response:
        """List requests for a level, newest first, a page at a time."""
        search, after, page_size = read_approvals_query(request.query_params)
        found = list_approvals(actor_of(request), search, after=after, limit=page_size + 1)
        token = page_token(found[page_size - 1].id) if len(found) > page_size else None
        shown = [approval_json(application) for application in found[:page_size]]
        return Response({"options_approvals": shown, "next_page_token": token})
