"""Accounts over REST (contract/accounts.md 2.1 to 2.5, 2.9). Views parse, call one service or selector, render."""

from uuid import UUID

from django.views.decorators.debug import sensitive_variables
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import actor_of
from accounts.api.changes import read_changes
from accounts.api.queries import read_search
from accounts.api.representations import account_json, configuration_json
from accounts.api.serializers import read_application, read_configuration
from accounts.choices import KeyScope
from accounts.errors import AccountNotAuthorized
from accounts.selectors import get_account, list_accounts
from accounts.services.changes import update_account
from accounts.services.closing import close_account
from accounts.services.onboarding import configure_account, open_account
from brokerage.api import ApiView


class AccountList(ApiView):
    """`/v1/accounts`."""

    scope = KeyScope.ACCOUNTS

    def get(self, request: Request) -> Response:
        """List up to 1,000 accounts."""
        search, entities = read_search(request.query_params)
        accounts = list_accounts(actor_of(request), search, entities=entities)
        return Response([account_json(account, entities) for account in accounts])

    @sensitive_variables()
    def post(self, request: Request) -> Response:
        """Open an account."""
        application = read_application(self.body())
        return Response(account_json(open_account(actor=actor_of(request), application=application)))


class AccountDetail(ApiView):
    """`/v1/accounts/{account_id}`: an account that is unknown or foreign is 401 here."""

    scope = KeyScope.ACCOUNTS

    def get(self, request: Request, account_id: UUID) -> Response:
        """Answer the account with everything on file."""
        return Response(account_json(get_account(actor_of(request), account_id, missing=AccountNotAuthorized)))

    @sensitive_variables()
    def patch(self, request: Request, account_id: UUID) -> Response:
        """Change what is on file."""
        changes = read_changes(self.body())
        return Response(account_json(update_account(actor=actor_of(request), account_id=account_id, changes=changes)))

    def delete(self, request: Request, account_id: UUID) -> Response:
        """Close the account, as `actions/close` does; here what is unknown is 404."""
        close_account(actor=actor_of(request), account_id=account_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AccountConfigurations(ApiView):
    """`/v1/trading/accounts/{account_id}/account/configurations`."""

    scope = KeyScope.TRADING
    also_read_by = (KeyScope.ACCOUNTS,)

    def get(self, request: Request, account_id: UUID) -> Response:
        """Answer the trading configuration."""
        return Response(configuration_json(get_account(actor_of(request), account_id)))

    def patch(self, request: Request, account_id: UUID) -> Response:
        """Change the trading configuration; null leaves a field as it is."""
        changes = read_configuration(self.body())
        account = configure_account(actor=actor_of(request), account_id=account_id, changes=changes)
        return Response(configuration_json(account))
