"""What the options side refuses. Each reason is listed in `docs/errors.md`."""

from brokerage.errors import (
    InvalidInput,
    InvalidParameter,
    NotAuthorized,
    NotFound,
    Refused,
    StateConflict,
    Unprocessable,
)

# --- Symbols and prices --------------------------------------------------------------------------


class InvalidContractSymbol(InvalidParameter):
    """The text is not an option symbol."""

    reason = "invalid_contract_symbol"
    message = "invalid option symbol {symbol}"
    field = "symbol"


class InvalidContractTerms(InvalidParameter):
    """No option symbol could say these terms."""

    reason = "invalid_contract_terms"
    message = "invalid option contract: {detail}"


class SubPennyPrice(Unprocessable):
    """A price in fractions of a cent (contract/trading.md 2.11)."""

    reason = "sub_penny_price"
    message = "invalid {field} {price}. sub-penny increment does not fulfill minimum pricing criteria"
    field = "limit_price"


class PriceOffTick(Unprocessable):
    """An option price between two steps of its class (domain rule OR-2)."""

    reason = "price_off_tick"
    message = (
        "invalid {field} {price}. increment does not fulfill minimum pricing criteria (must be a multiple of {tick})"
    )
    field = "limit_price"


# --- The master ----------------------------------------------------------------------------------


class ContractNotFound(NotFound):
    """No contract with that symbol or id."""

    reason = "contract_not_found"
    message = "option contract {symbol_or_id} not found"


class AssetNotFound(NotFound):
    """No share with that symbol or id."""

    reason = "asset_not_found"
    message = "asset not found for {symbol_or_id}"


class BadRow(InvalidParameter):
    """A row of a file that cannot be loaded; nothing of the file is."""

    reason = "bad_row"
    message = "line {line}: {problem}"


class BadMarketFile(InvalidParameter):
    """A file of market data that cannot be loaded, with what is wrong by line; nothing of it is."""

    reason = "bad_market_file"
    message = "{problems}"


class QuotesInvalid(InvalidInput):
    """Quotes that cannot be pinned; none of them is."""

    reason = "quotes_invalid"


# --- Approval ------------------------------------------------------------------------------------


class ApplicationIncomplete(InvalidInput):
    """The account lacks what an approval is decided on (options overview, enablement)."""

    reason = "application_incomplete"


class FixturesNotAvailable(InvalidParameter):
    """Approval fixtures exist in the sandbox only (domain rule AA-23)."""

    reason = "fixtures_not_available"
    message = "fixtures: approval fixtures exist in the sandbox only"
    field = "fixtures"


class AccountNotReadyForOptions(StateConflict):
    """The account is not active, so its holder is not identified yet (domain rule AA-24)."""

    reason = "account_not_ready_for_options"
    message = "account must be ACTIVE to request options trading, and is {status}"


class OptionsNotEnabled(StateConflict):
    """The account has no `us_option`, and no options agreement was signed since it was opened."""

    reason = "options_not_enabled"
    message = (
        "options are not enabled on this account: add us_option to enabled_assets with a signed options_agreement first"
    )
    field = "enabled_assets"


class DeliveryInvalid(InvalidInput):
    """A delivery of the disclosure document that cannot have happened (domain rule DS-1)."""

    reason = "delivery_invalid"


class PolicyInvalid(InvalidInput):
    """A policy for approvals beyond the broker's limits, or of rules that do not exist."""

    reason = "policy_invalid"


class RuleSetGone(StateConflict):
    """A decision of a rule set that is no longer here cannot be run again."""

    reason = "rule_set_gone"
    message = "the rules {rule_version} are not part of this version"


class ApplicationPending(StateConflict):
    """A request of this account is waiting for a person."""

    reason = "application_pending"
    message = "an earlier request for options level {requested_level} is pending review"
    beside = ("pending_request_id",)


class OptionsNotOffered(NotAuthorized):
    """The correspondent is not enabled for options: 401 by contract/accounts.md 3.1."""

    reason = "options_not_offered"


class LevelNotOffered(InvalidParameter):
    """Only levels 1 and 2 are offered (options overview)."""

    reason = "level_not_offered"
    message = "level: options level {level} is not supported, request level 1 or 2"
    field = "level"


class FixtureInvalid(InvalidInput):
    """An approval fixture that contradicts itself or the request."""

    reason = "fixture_invalid"


class InvalidApprovalsQuery(InvalidInput):
    """A query parameter of the list of approvals is wrong: 400 by contract/accounts.md 3.3."""

    http_status = 400
    reason = "invalid_approvals_query"


# --- Levels and collateral -----------------------------------------------------------------------


class LevelTooLow(Refused):
    """The account's options trading level does not allow the strategy (options overview, trading levels)."""

    reason = "level_too_low"
    message = "account not eligible for level{level} options trading"
    field = "symbol"


class UncoveredCall(Refused):
    """Fewer free shares than the calls would deliver (options overview, buying power checks)."""

    reason = "uncovered_call"
    message = (
        "insufficient underlying qty available for covered call (required: {required_qty}, available: {available_qty})"
    )
    field = "qty"
    beside = ("available_qty", "required_qty", "symbol", "underlying_asset_id")


class UnsecuredPut(Refused):
    """Less cash than the puts would pay for the shares (options overview, buying power checks)."""

    reason = "unsecured_put"
    message = (
        "insufficient options buying power for cash-secured put "
        "(required: {required_options_buying_power}, available: {buying_power})"
    )
    field = "qty"
    beside = ("buying_power", "required_options_buying_power")


class InsufficientOptionsBuyingPower(Refused):
    """Less cash than the premium (options overview, buying power checks)."""

    reason = "insufficient_options_buying_power"
    message = "insufficient options buying power"
    field = "qty"
    beside = ("options_buying_power", "cost_basis")
