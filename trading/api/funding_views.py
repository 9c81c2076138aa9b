"""Banks and transfers over REST (contract/accounts.md 5.1, 5.2). Views parse, call one service or selector, show."""

from uuid import UUID

from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import actor_of
from accounts.choices import KeyScope
from brokerage.api import ApiView
from trading.api.funding_serializers import (
    AchQuery,
    AchSerializer,
    BankQuery,
    BankSerializer,
    TransferQuery,
    TransferSerializer,
    ach_object,
    bank_object,
    transfer_object,
)
from trading.funding_errors import BankDetailsInvalid
from trading.funding_selectors import list_ach_relationships, list_banks, list_transfers
from trading.services.banks import link_ach, link_bank, unlink_ach, unlink_bank
from trading.services.transfers import cancel_transfer, create_transfer


class AchRelationshipList(ApiView):
    """`/v1/accounts/{account_id}/ach_relationships`."""

    scope = KeyScope.FUNDING
    invalid_input = BankDetailsInvalid

    def get(self, request: Request, account_id: UUID) -> Response:
        """List the active relationships, or those in `statuses`."""
        query = AchQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = list_ach_relationships(actor_of(request), account_id, query.validated_data["statuses"])
        return Response([ach_object(one) for one in found])

    @sensitive_variables()
    def post(self, request: Request, account_id: UUID) -> Response:
        """Link a bank account."""
        body = AchSerializer(data=self.body())
        body.is_valid(raise_exception=True)
        return Response(ach_object(link_ach(actor=actor_of(request), account_id=account_id, details=body.to_details())))


class AchRelationshipDetail(ApiView):
    """`/v1/accounts/{account_id}/ach_relationships/{relationship_id}`."""

    scope = KeyScope.FUNDING

    def delete(self, request: Request, account_id: UUID, relationship_id: UUID) -> Response:
        """Let go of it."""
        unlink_ach(actor=actor_of(request), account_id=account_id, relationship_id=relationship_id)
        return Response(status=204)


class BankList(ApiView):
    """`/v1/accounts/{account_id}/recipient_banks`."""

    scope = KeyScope.FUNDING
    invalid_input = BankDetailsInvalid

    def get(self, request: Request, account_id: UUID) -> Response:
        """List the active banks; `status` and `bank_name` choose others."""
        query = BankQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        is_active = wanted["status"] == "ACTIVE"
        found = list_banks(actor_of(request), account_id, is_active=is_active, name=wanted["bank_name"])
        return Response([bank_object(one) for one in found])

    @sensitive_variables()
    def post(self, request: Request, account_id: UUID) -> Response:
        """Link a bank to wire to."""
        body = BankSerializer(data=self.body())
        body.is_valid(raise_exception=True)
        bank = link_bank(actor=actor_of(request), account_id=account_id, details=body.to_details())
        return Response(bank_object(bank))


class BankDetail(ApiView):
    """`/v1/accounts/{account_id}/recipient_banks/{bank_id}`."""

    scope = KeyScope.FUNDING

    def delete(self, request: Request, account_id: UUID, bank_id: UUID) -> Response:
        """Let go of it."""
        unlink_bank(actor=actor_of(request), account_id=account_id, bank_id=bank_id)
        return Response(status=204)


class TransferList(ApiView):
    """`/v1/accounts/{account_id}/transfers`."""

    scope = KeyScope.FUNDING

    def get(self, request: Request, account_id: UUID) -> Response:
        """List transfers, newest first."""
        query = TransferQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = list_transfers(actor_of(request), account_id, query.to_filter())
        return Response([transfer_object(one) for one in found])

    def post(self, request: Request, account_id: UUID) -> Response:
        """Ask for a transfer."""
        body = TransferSerializer(data=self.body())
        body.is_valid(raise_exception=True)
        transfer = create_transfer(actor=actor_of(request), account_id=account_id, request=body.to_request())
        return Response(transfer_object(transfer))


class TransferDetail(ApiView):
    """`/v1/accounts/{account_id}/transfers/{transfer_id}`."""

    scope = KeyScope.FUNDING

    def delete(self, request: Request, account_id: UUID, transfer_id: UUID) -> Response:
        """Cancel it."""
        cancel_transfer(actor=actor_of(request), account_id=account_id, transfer_id=transfer_id)
        return Response(status=204)
