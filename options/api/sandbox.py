"""The sandbox's door to the market: quotes set by hand. For any valid key, and never in production."""

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import actor_of
from brokerage.sandbox import SandboxView
from options.api.representations import pinned_json
from options.api.serializers import read_quotes, read_symbols
from options.selectors import list_pinned_quotes
from options.services.market import pin_quotes, release_quotes


class PinnedQuotes(SandboxView):
    """`/v1/sandbox/quotes`."""

    def get(self, request: Request) -> Response:
        """Answer the quotes that are pinned, by symbol."""
        return Response({pin.asset.symbol: pinned_json(pin) for pin in list_pinned_quotes()})

    def put(self, request: Request) -> Response:
        """Pin quotes, all of them or none, and answer them."""
        pins = pin_quotes(actor=actor_of(request), quotes=read_quotes(self.body()))
        return Response({symbol: pinned_json(pin) for symbol, pin in pins.items()})

    def delete(self, request: Request) -> Response:
        """Let go of the quotes of `?symbols=`, or of all."""
        release_quotes(actor=actor_of(request), symbols=read_symbols(request.query_params))
        return Response(status=status.HTTP_204_NO_CONTENT)
