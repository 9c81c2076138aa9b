"""Reads over assets, contracts, pinned quotes and requests for a level."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from accounts.models import Account, User
from accounts.permissions import Permission
from brokerage import clock
from brokerage.errors import NotPermitted
from options.choices import ApplicationStatus, AssetClass, AssetStatus, Exchange, ExerciseStyle, Right, TickClass
from options.errors import AssetNotFound, ContractNotFound
from options.models import Asset, OptionContract, OptionsApplication, PinnedQuote
from options.rules.expirations import first_live_date

# What the list of contracts shows of each, in this order (contract/trading.md 1.3).
CONTRACT_COLUMNS = (
    "asset_id",
    "asset__symbol",
    "asset__name",
    "status_now",
    "asset__tradable",
    "expiration_date",
    "root_symbol",
    "underlying__symbol",
    "underlying_id",
    "right",
    "style",
    "strike_price",
    "multiplier",
    "deliverable",
    "open_interest",
    "open_interest_date",
    "close_price",
    "close_price_date",
    "deliverable_cash_amount",
    "osi_key",
)


@dataclass(frozen=True, kw_only=True)
class ContractSearch:
    """Which contracts to list (contract/trading.md 1.1); None means any."""

    underlying_symbols: tuple[str, ...] = ()
    status: AssetStatus = AssetStatus.ACTIVE
    expiration_date: date | None = None
    expiration_date_gte: date | None = None
    expiration_date_lte: date | None = None
    root_symbol: str | None = None
    right: Right | None = None
    style: ExerciseStyle | None = None
    strike_price_gte: Decimal | None = None
    strike_price_lte: Decimal | None = None
    ppind: bool | None = None


@dataclass(frozen=True, kw_only=True)
class AssetSearch:
    """Which shares to list (contract/trading.md 1.4); None means any."""

    status: AssetStatus | None = None
    asset_class: str = AssetClass.US_EQUITY
    exchange: Exchange | None = None
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ApprovalSearch:
    """Which requests for a level to list (contract/accounts.md 3.3); None means any."""

    account_id: UUID | None = None
    requested_level: int | None = None
    approved_level: int | None = None
    status: ApplicationStatus | None = None


def list_contracts(search: ContractSearch, *, after: str | None, limit: int) -> list[tuple]:
    """Answer up to `limit` rows of `CONTRACT_COLUMNS` behind the key `after`, by key, in one query."""
    wanted = {
        "underlying__symbol__in": search.underlying_symbols or None,
        "expiration_date": search.expiration_date,
        "expiration_date__gte": search.expiration_date_gte,
        "expiration_date__lte": search.expiration_date_lte,
        "root_symbol": search.root_symbol,
        "right": search.right,
        "style": search.style,
        "strike_price__gte": search.strike_price_gte,
        "strike_price__lte": search.strike_price_lte,
        "osi_key__gt": after,
    }
    today = first_live_date(clock.now())
    contracts = _as_of(today).filter(**{name: value for name, value in wanted.items() if value is not None})
    if search.status == AssetStatus.ACTIVE:
        # The indexes know what is retired; between the last close and the sweep that retires, the date does.
        contracts = contracts.filter(
            asset__status=AssetStatus.ACTIVE, retired_at__isnull=True, expiration_date__gte=today
        )
    else:
        contracts = contracts.filter(Q(asset__status=AssetStatus.INACTIVE) | Q(expiration_date__lt=today))
    if search.ppind is not None:
        standard = {"underlying__tick_class": TickClass.STANDARD}
        contracts = contracts.exclude(**standard) if search.ppind else contracts.filter(**standard)
    return list(contracts.order_by("osi_key").values_list(*CONTRACT_COLUMNS)[:limit])


def get_contract(symbol_or_id: str) -> tuple:
    """Answer the row of `CONTRACT_COLUMNS` of one contract, or raise `ContractNotFound`."""
    found = _as_of(first_live_date(clock.now())).filter(**_by_symbol_or_id(symbol_or_id, "asset__symbol"))
    row = found.values_list(*CONTRACT_COLUMNS).first()
    if row is None:
        raise ContractNotFound(symbol_or_id=symbol_or_id)
    return row


def _as_of(first_live: date) -> QuerySet[OptionContract]:
    """Answer contracts with the status they have: inactive as soon as their last session has closed (CL-7)."""
    ended = When(expiration_date__lt=first_live, then=Value(AssetStatus.INACTIVE.value))
    return OptionContract.objects.annotate(status_now=Case(ended, default=F("asset__status")))


def list_assets(search: AssetSearch) -> QuerySet[Asset]:
    """Answer the shares that match, by symbol; options are not listed with them."""
    assets = _with_attributes(Asset.objects.shares())
    if search.asset_class != AssetClass.US_EQUITY:
        return assets.none()
    if search.status is not None:
        assets = assets.filter(status=search.status)
    if search.exchange is not None:
        assets = assets.filter(exchange=search.exchange)
    if search.attributes:
        assets = _having_any(assets, search.attributes)
    return assets.order_by("symbol")


def _having_any(assets: QuerySet[Asset], attributes: Sequence[str]) -> QuerySet[Asset]:
    wanted = Q(pk__in=())
    for name, exists in _attributes().items():
        if name in attributes:
            wanted |= Q(exists)
    return assets.filter(wanted)


def get_share(symbol_or_id: str) -> Asset:
    """Answer one share, or raise `AssetNotFound`."""
    found = _with_attributes(Asset.objects.shares()).filter(**_by_symbol_or_id(symbol_or_id, "symbol")).first()
    if found is None:
        raise AssetNotFound(symbol_or_id=symbol_or_id)
    return found


def assets_by_id(asset_ids: Collection[UUID]) -> dict[UUID, Asset]:
    """Answer shares and contracts with their attributes, by id, in one query."""
    return {asset.pk: asset for asset in _with_attributes(Asset.objects.filter(pk__in=asset_ids))}


def _with_attributes(assets: QuerySet[Asset]) -> QuerySet[Asset]:
    return assets.annotate(**_attributes())


def _attributes() -> dict[str, Exists]:
    """Answer what says whether a share ever had contracts, and whether any is tradable now."""
    contracts = OptionContract.objects.filter(underlying=OuterRef("pk"))
    live = contracts.filter(retired_at__isnull=True, asset__status=AssetStatus.ACTIVE, asset__tradable=True)
    return {"has_options": Exists(contracts), "options_enabled": Exists(live)}


def _by_symbol_or_id(symbol_or_id: str, symbol_column: str) -> dict[str, str | UUID]:
    try:
        return {"pk": UUID(symbol_or_id)}
    except ValueError:
        return {symbol_column: symbol_or_id}


def list_pinned_quotes() -> list[PinnedQuote]:
    """Answer every pinned quote, by symbol."""
    return list(PinnedQuote.objects.select_related("asset").order_by("asset__symbol"))


def list_approvals(actor: User, search: ApprovalSearch, *, after: UUID | None, limit: int) -> list[OptionsApplication]:
    """Answer up to `limit` requests older than the one named by `after`, newest first.

    A correspondent without options, or an account that is not the actor's, is a matter of
    permission here (contract/accounts.md 1.2).
    """
    actor.require(Permission.VIEW_ACCOUNTS)
    if actor.correspondent is not None and not actor.correspondent.options_enabled:
        raise NotPermitted(permission=Permission.VIEW_ACCOUNTS.value)
    if search.account_id is not None and not Account.objects.visible_to(actor).filter(pk=search.account_id).exists():
        raise NotPermitted(permission=Permission.VIEW_ACCOUNTS.value)
    requests = OptionsApplication.objects.visible_to(actor)
    wanted = {
        "account_id": search.account_id,
        "requested_level": search.requested_level,
        "approved_level": search.approved_level,
        "status": search.status,
        "id__lt": after,
    }
    requests = requests.filter(**{name: value for name, value in wanted.items() if value is not None})
    return list(requests.order_by("-id")[:limit])
