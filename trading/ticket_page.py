"""The parts of the ticket: what is quoted, the lists to pick from, and what the order would come to."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import QueryDict

from accounts.errors import AccountNotFound
from accounts.models import Account, User
from brokerage import clock, market_calendar
from brokerage.errors import BrokerageError, NotPermitted
from brokerage.market_calendar import NEW_YORK
from options.choices import Strategy
from options.market.interface import Quote
from options.models import Asset
from options.rules.asset_ids import USD_ID
from options.services.market import get_quotes
from trading.choices import OrderSide, OrderType, PositionIntent, TimeInForce
from trading.contract_picker import Picker, Picks, find_asset, pick, picker_of
from trading.forms_ticket import OrderForm
from trading.instruments import instrument_of
from trading.models import Order
from trading.order_words import STRATEGIES, how_words, name_of, what_words
from trading.payoff import Payoff, draw_payoff
from trading.refusal_words import plain_refusals_on, plain_words
from trading.rules.preview import OrderPreview
from trading.rules.ticket_form import OrderRequest
from trading.rules.tickets import require_listed
from trading.services.orders import require_may_trade
from trading.services.preview import estimate_order, preview_replacement
from trading.services.replacing import Changes
from trading.ticket_limit import fit_limit
from trading.ticket_receipt import Receipt, receipt_of

STALE_AFTER = timedelta(minutes=1)
TO_START_WITH = {"side": OrderSide.BUY, "qty": "1", "type": OrderType.LIMIT, "time_in_force": TimeInForce.DAY}


@dataclass(frozen=True)
class Quoted:
    """One line of the quotes: an asset, what is bid and asked, and how old that is."""

    name: str
    symbol: str
    quote: Quote | None
    time: str = ""
    age: str = ""
    is_stale: bool = False


@dataclass(frozen=True)
class Look:
    """What the preview shows: an order that would do, a refusal with its remedy, or what is still to be typed."""

    lacks: tuple[str, ...] = ()
    has_faults: bool = False
    preview: OrderPreview | None = None
    what: str = ""
    how: str = ""
    strategy: str = ""
    contract: str = ""
    realized: Decimal | None = None
    receipt: Receipt | None = None
    comes_free: Decimal | None = None
    payoff: Payoff | None = None
    refusal: str = ""
    remedy: str = ""
    intent: str = ""
    intent_reason: str = ""


@dataclass(frozen=True)
class Ticket:
    """Everything that the ticket shows of one state of its form."""

    form: OrderForm
    asset: Asset | None
    picker: Picker
    quoted: tuple[Quoted, ...]
    look: Look


def typed_from(query: QueryDict) -> dict[str, str]:
    """Answer what the ticket starts from: what its address says, and what it starts with otherwise.

    Picks in the address are more recent than its symbol. `intent` alone says the side too.
    """
    typed: dict[str, str] = dict(TO_START_WITH)
    typed |= {name: str(query[name]) for name in (*OrderForm.base_fields, "suggested") if name in query}
    intent = query.get("intent", "")
    if intent in PositionIntent.values:
        typed |= {"side": intent.partition("_")[0], "position_intent": intent}
    if "underlying" in query:
        picks = Picks(**{name: query.get(name, "") for name in Picks.__dataclass_fields__})
        typed["symbol"] = pick(picks, clock.now())
    return typed


def read_ticket(
    actor: User,
    account: Account,
    typed: Any,
    *,
    is_whole: bool = False,
    suggests_limit: bool = False,
    refusal: BrokerageError | None = None,
) -> Ticket:
    """Answer the ticket as it stands for what was typed, its order previewed.

    While it is being typed, what is not there yet is waited for; of one that `is_whole` it is
    refused. With `suggests_limit` the limit is what is bid or asked now; one that was suggested for
    another symbol gives way. A `refusal` that has been met already is shown in place of a preview.
    """
    now = clock.now()
    symbol = str(typed.get("symbol", "")).strip()
    asset = find_asset(symbol)
    quoted = quotes_of(asset, now)
    form = OrderForm(fit_limit(typed, quoted[0].quote if quoted else None, is_new=suggests_limit))
    if form.lacks and not is_whole:
        look = _wait(account, form, asset, now)
    elif refusal is not None:
        look = _refused(Look(), form, refusal)
    else:
        look = _look_over(actor, account.pk, form, quoted)
    return Ticket(form, asset, picker_of(asset, symbol.upper(), now), quoted, look)


def quotes_of(asset: Asset | None, at: datetime) -> tuple[Quoted, ...]:
    """Answer what an asset is quoted at, and for a contract its underlying too."""
    if asset is None:
        return ()
    assets = [asset, asset.contract.underlying] if asset.is_option else [asset]
    quotes = get_quotes(assets, at)
    return tuple(_quoted(one, quotes.get(one.pk), at) for one in assets)


def _wait(account: Account, form: OrderForm, asset: Asset | None, at: datetime) -> Look:
    """Answer what is still to be typed, or at once why nothing that could be typed would do."""
    look = Look(lacks=tuple(form.lacks))
    try:
        require_may_trade(account)
        if asset is not None:
            require_listed(instrument_of(asset), at)
    except BrokerageError as refusal:
        return _refused(look, form, refusal)
    return look


def _look_over(actor: User, account_id: UUID, form: OrderForm, quoted: tuple[Quoted, ...]) -> Look:
    look = Look()
    if not form.is_valid():
        return replace(look, has_faults=True)
    request = form.to_request()
    try:
        order, preview = estimate_order(actor=actor, account_id=account_id, request=request)
    except (NotPermitted, AccountNotFound):
        raise
    except BrokerageError as refusal:
        return _refused(look, form, refusal)
    return replace(look, **_allowed(request, order.asset, quoted, preview))


def _refused(look: Look, form: OrderForm, refusal: BrokerageError) -> Look:
    """Answer the look with a refusal, which stands on the form too, on the field that it is about."""
    with plain_refusals_on(form) as remedies:
        raise refusal
    return replace(
        look,
        refusal=plain_words(str(refusal)),
        remedy=" ".join(remedies),
        intent=str(refusal.facts.get("position_intent", "")),
        intent_reason=str(refusal.facts.get("intent_reason", "")),
    )


def look_at_replacement(actor: User, order: Order, changes: Changes) -> Look:
    """Answer what the order comes to that is to take the place of another; raises what it is refused with."""
    preview = preview_replacement(actor=actor, account_id=order.account_id, order_id=order.pk, changes=changes)
    left = order.remaining_quantity if changes.qty is None else changes.qty - order.filled_quantity
    asked = OrderRequest(
        type=order.type,
        qty=left,
        limit_price=order.limit_price if changes.limit_price is None else changes.limit_price,
        time_in_force=changes.time_in_force or order.time_in_force,
    )
    allowed = _allowed(asked, order.asset, quotes_of(order.asset, clock.now()), preview)
    return Look(**allowed, comes_free=order.hold_quantity if order.hold_asset_id == USD_ID else None)


def _allowed(request: OrderRequest, asset: Asset, quoted: tuple[Quoted, ...], preview: OrderPreview) -> dict[str, Any]:
    contract = asset.contract if asset.is_option else None
    spot = quoted[-1].quote if quoted else None
    assert request.qty is not None
    return {
        "preview": preview,
        "contract": asset.symbol if contract else "",
        "realized": _realized(preview),
        "receipt": receipt_of(preview, asset, request.qty, clock.now()),
        "what": what_words(asset, preview.intent, request.qty),
        "how": how_words(request.type, request.limit_price, request.time_in_force),
        "strategy": STRATEGIES[preview.strategy],
        "intent": preview.intent.value,
        "intent_reason": preview.intent_reason,
        "payoff": draw_payoff(
            preview.outcome.payoff,
            strike=contract.strike_price if contract else None,
            breakeven=preview.outcome.breakeven,
            spot=spot.mark if spot else None,
        ),
    }


def _realized(preview: OrderPreview) -> Decimal | None:
    """Answer what a closing order realizes, which is certain at its price; None where that is not known."""
    lost, gained = preview.outcome.max_loss, preview.outcome.max_gain
    return None if preview.strategy is not Strategy.CLOSING or lost is None or gained is None else gained - lost


def _quoted(asset: Asset, quote: Quote | None, at: datetime) -> Quoted:
    if quote is None:
        return Quoted(name_of(asset), asset.symbol, None)
    time = f"{quote.at.astimezone(NEW_YORK):%H:%M:%S}"
    return Quoted(name_of(asset), asset.symbol, quote, time, *age_of(quote.at, at))


def age_of(quoted_at: datetime, now: datetime) -> tuple[str, bool]:
    """Answer how old a quote is, in words, and whether that is too old while the market is open."""
    age = max(now - quoted_at, timedelta())
    is_open = market_calendar.is_open(now)
    if not is_open:
        return "at the last close", False
    seconds = int(age.total_seconds())
    if seconds < 2:
        return "now", False
    words = f"{seconds} s ago" if seconds < 120 else f"{seconds // 60} min ago"
    return words, age > STALE_AFTER
