"""The bodies and queries of the options side, parsed."""

from typing import Any
from uuid import UUID

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from brokerage import clock
from brokerage.api import BadPageToken, field_errors, read_page_token
from options.choices import ApplicationStatus, AssetClass, AssetStatus, Exchange, ExerciseStyle, Right
from options.errors import InvalidApprovalsQuery, QuotesInvalid
from options.rules.expirations import upcoming_weekend
from options.rules.pins import QuoteToPin
from options.rules.requests import ApprovalRequest, Fixture
from options.selectors import ApprovalSearch, AssetSearch, ContractSearch

MOST_CONTRACTS = 10_000
MOST_APPROVALS = 1_000
ATTRIBUTES = (
    *("ptp_no_exception", "ptp_with_exception", "ipo", "has_options", "options_enabled", "options_late_close"),
    *("fractional_eh_enabled", "overnight_tradable", "overnight_halted"),
)


class Strict(serializers.IntegerField):
    """A JSON integer: no string, no fraction, no truth."""

    def to_internal_value(self, data: Any) -> int:
        """Answer the integer, or refuse what only looks like one."""
        if isinstance(data, bool) or not isinstance(data, int):
            raise ValidationError("must be an integer")
        return super().to_internal_value(data)


class Words(serializers.Field):
    """A list of words, joined by commas."""

    def to_internal_value(self, data: Any) -> tuple[str, ...]:
        """Answer the words, empty ones left out."""
        return tuple(word.strip() for word in data.split(",") if word.strip())


# --- Contracts -----------------------------------------------------------------------------------


class ContractQuery(serializers.Serializer):
    """The query of `GET /v1/options/contracts` (contract/trading.md 1.1)."""

    underlying_symbols = Words(default=())
    status = serializers.ChoiceField(AssetStatus.choices, default=AssetStatus.ACTIVE)
    expiration_date = serializers.DateField(default=None)
    expiration_date_gte = serializers.DateField(default=None)
    expiration_date_lte = serializers.DateField(default=None)
    root_symbol = serializers.CharField(default=None)
    type = serializers.ChoiceField(Right.choices, source="right", default=None)
    style = serializers.ChoiceField(ExerciseStyle.choices, default=None)  # type: ignore[assignment]
    strike_price_gte = serializers.DecimalField(18, 4, default=None)
    strike_price_lte = serializers.DecimalField(18, 4, default=None)
    ppind = serializers.BooleanField(default=None, allow_null=True)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_CONTRACTS, default=100)
    page_token = serializers.CharField(default=None)
    show_deliverables = serializers.BooleanField(default=False)


def read_contract_query(query: QueryDict) -> tuple[ContractSearch, str | None, int, bool]:
    """Parse which contracts to list, behind which key, how many, and whether with their deliverables.

    Without any filter on the expiration the list ends with the upcoming weekend.
    """
    parsed = ContractQuery(data=_single_values(query))
    parsed.is_valid(raise_exception=True)
    asked = dict(parsed.validated_data)
    token, limit, deliverables = asked.pop("page_token"), asked.pop("limit"), asked.pop("show_deliverables")
    if all(asked[name] is None for name in ("expiration_date", "expiration_date_gte", "expiration_date_lte")):
        asked["expiration_date_lte"] = upcoming_weekend(clock.today())
    after = read_page_token(token, 1)[0] if token else None
    return ContractSearch(**asked), after, limit, deliverables


def _single_values(query: QueryDict) -> dict[str, str]:
    """Answer the parameters that say something; the client library repeats or empties none of them."""
    return {name: ",".join(values) for name, values in query.lists() if any(values)}


# --- Assets --------------------------------------------------------------------------------------


class AssetQuery(serializers.Serializer):
    """The query of `GET /v1/assets` (contract/trading.md 1.4)."""

    status = serializers.ChoiceField([*AssetStatus.values, "all"], default="all")
    asset_class = serializers.ChoiceField(
        [AssetClass.US_EQUITY, AssetClass.US_OPTION, "crypto", "crypto_perp"], default=AssetClass.US_EQUITY
    )
    exchange = serializers.ChoiceField(Exchange.choices, default=None)
    attributes = Words(default=())

    def validate_attributes(self, attributes: tuple[str, ...]) -> tuple[str, ...]:
        """Refuse an attribute that no asset could have."""
        unknown = set(attributes) - set(ATTRIBUTES)
        if unknown:
            raise ValidationError(f"must be of {', '.join(ATTRIBUTES)}, found {', '.join(sorted(unknown))}")
        return attributes


def read_asset_query(query: QueryDict) -> AssetSearch:
    """Parse which shares to list."""
    parsed = AssetQuery(data=_single_values(query))
    parsed.is_valid(raise_exception=True)
    asked = parsed.validated_data
    return AssetSearch(**asked | {"status": None if asked["status"] == "all" else asked["status"]})


# --- Requests for a level ------------------------------------------------------------------------


class FixtureBody(serializers.Serializer):
    """`fixtures` of a request: the outcome that it orders, in the sandbox."""

    status = serializers.ChoiceField(ApplicationStatus.choices)
    level = Strict(default=None, allow_null=True)


class ApprovalBody(serializers.Serializer):
    """The body of `POST …/options/approval` (contract/accounts.md 3.1)."""

    level = Strict()
    fixtures = FixtureBody(default=None, allow_null=True)


def read_approval(body: dict[str, Any]) -> ApprovalRequest:
    """Parse a request for a level."""
    parsed = ApprovalBody(data=body)
    parsed.is_valid(raise_exception=True)
    ordered = parsed.validated_data["fixtures"]
    fixture = Fixture(ApplicationStatus(ordered["status"]), ordered["level"]) if ordered else None
    return ApprovalRequest(parsed.validated_data["level"], fixture)


class ApprovalsQuery(serializers.Serializer):
    """The query of `GET /v1/accounts/options/approvals` (contract/accounts.md 3.3)."""

    account_id = serializers.UUIDField(default=None)
    requested_level = serializers.IntegerField(min_value=0, max_value=3, default=None)
    approved_level = serializers.IntegerField(min_value=0, max_value=3, default=None)
    status = serializers.ChoiceField(ApplicationStatus.choices, default=None)
    page_size = serializers.IntegerField(min_value=1, max_value=MOST_APPROVALS, default=MOST_APPROVALS)
    page_token = serializers.CharField(default=None)


def read_approvals_query(query: QueryDict) -> tuple[ApprovalSearch, UUID | None, int]:
    """Parse which requests to list, behind which one, and how many; each parameter at most once."""
    repeated = {name: ["must be given once"] for name, values in query.lists() if len(values) > 1}
    parsed = ApprovalsQuery(data={name: value for name, value in query.items() if value})
    if repeated or not parsed.is_valid():
        raise InvalidApprovalsQuery(repeated or field_errors(parsed.errors))
    asked = dict(parsed.validated_data)
    token, page_size = asked.pop("page_token"), asked.pop("page_size")
    return ApprovalSearch(**asked), _request_in(token) if token else None, page_size


def _request_in(token: str) -> UUID:
    try:
        return UUID(read_page_token(token, 1)[0])
    except (BadPageToken, ValueError):
        raise InvalidApprovalsQuery({"page_token": ["is not valid"]}) from None


# --- Pinned quotes -------------------------------------------------------------------------------


class QuoteBody(serializers.Serializer):
    """One quote to pin."""

    bid = serializers.DecimalField(18, 4, default=None, allow_null=True)
    ask = serializers.DecimalField(18, 4, default=None, allow_null=True)
    bid_size = serializers.IntegerField(max_value=2**31 - 1, default=None, allow_null=True)
    ask_size = serializers.IntegerField(max_value=2**31 - 1, default=None, allow_null=True)
    last = serializers.DecimalField(18, 4, default=None, allow_null=True)


def read_quotes(body: dict[str, Any]) -> dict[str, QuoteToPin]:
    """Parse quotes by symbol, or raise `QuotesInvalid` naming symbol and field."""
    quotes: dict[str, QuoteToPin] = {}
    errors: dict[str, list[str]] = {}
    for symbol, quote in body.items():
        parsed = QuoteBody(data=quote)
        if not isinstance(quote, dict):
            errors[symbol] = ["must be an object with bid, ask, bid_size, ask_size or last"]
        elif unknown := set(quote) - set(parsed.fields):
            errors |= {f"{symbol}.{field}": ["is not a field of a quote"] for field in sorted(unknown)}
        elif not parsed.is_valid():
            errors |= {f"{symbol}.{field}": said for field, said in field_errors(parsed.errors).items()}
        else:
            quotes[symbol] = QuoteToPin(**parsed.validated_data)
    if errors:
        raise QuotesInvalid(errors)
    return quotes


def read_symbols(query: QueryDict) -> list[str] | None:
    """Parse `?symbols=AAPL,TSLA`; None where all are meant."""
    words = [word.strip() for word in ",".join(query.getlist("symbols")).split(",")]
    return [word for word in words if word] or None
