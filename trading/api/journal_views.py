"""Journals over REST (contract/accounts.md 5.3)."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import KeyScope
from trading.api.journal_serializers import (
    JournalBatchSerializer,
    JournalQuery,
    JournalRequestSerializer,
    ReverseJournalBatchSerializer,
    batch_object,
    journal_object,
)
from trading.api.views import AccountView
from trading.journal_errors import JournalInvalid
from trading.journal_selectors import JournalFilter, get_journal, list_journals
from trading.services.journals import cancel_journal, create_journal, create_journal_batch


class JournalList(AccountView):
    """`/v1/journals`: move cash or shares, and list what was moved."""

    scope = KeyScope.JOURNALING
    invalid_input = JournalInvalid

    def post(self, request: Request) -> Response:
        """Make a journal; answers the Journal object."""
        asked = JournalRequestSerializer(data=self.body())
        asked.is_valid(raise_exception=True)
        journal = create_journal(actor=self.actor, request=asked.to_request(self.idempotency_key))
        return Response(journal_object(journal))

    def get(self, request: Request) -> Response:
        """List journals of accounts that the caller may see, newest first."""
        asked = JournalQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        rows = list_journals(self.actor, JournalFilter(**asked.validated_data))
        return Response([journal_object(row) for row in rows])


class JournalBatchView(AccountView):
    """`POST /v1/journals/batch`: cash out of one account to many, all of it or none."""

    scope = KeyScope.JOURNALING
    invalid_input = JournalInvalid
    asks: type[JournalBatchSerializer] | type[ReverseJournalBatchSerializer] = JournalBatchSerializer

    def post(self, request: Request) -> Response:
        """Make the journals; answers them in the order asked."""
        asked = self.asks(data=self.body())
        asked.is_valid(raise_exception=True)
        batch = asked.to_request(self.idempotency_key)
        return Response([batch_object(one) for one in create_journal_batch(actor=self.actor, request=batch)])


class ReverseJournalBatchView(JournalBatchView):
    """`POST /v1/journals/reverse_batch`: cash from many accounts into one, all of it or none."""

    asks = ReverseJournalBatchSerializer


class JournalDetail(AccountView):
    """`/v1/journals/{journal_id}`: read one, and cancel it while it waits."""

    scope = KeyScope.JOURNALING

    def get(self, request: Request, journal_id: UUID) -> Response:
        """Answer one journal."""
        return Response(journal_object(get_journal(self.actor, journal_id)))

    def delete(self, request: Request, journal_id: UUID) -> Response:
        """Cancel a pending journal; 204."""
        cancel_journal(actor=self.actor, journal_id=journal_id)
        return Response(status=204)
