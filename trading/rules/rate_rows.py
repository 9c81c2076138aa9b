"""One row of a file of fee rates, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum

from options.choices import AssetClass
from options.errors import BadRow
from trading.choices import FeeBasis, FeeKind, OrderSide

MOST_OF_A_RATE = Decimal(1_000)
RATE_PLACES, CAP_PLACES = 10, 2
LONGEST_EXCHANGE, LONGEST_NOTICE = 8, 200
COLUMNS = ("kind", "asset_class", "side", "exchange", "basis", "rate", "cap_amount", "effective_from", "notice")


@dataclass(frozen=True)
class RateRow:
    """A rate as a file has it, and the line on which it stands."""

    line: int
    kind: FeeKind
    asset_class: AssetClass
    side: str
    exchange: str
    basis: FeeBasis
    rate: Decimal
    cap_amount: Decimal | None
    effective_from: date
    notice: str

    @property
    def charged_for(self) -> tuple[str, str, str, str, date]:
        """Answer what has one rate only."""
        return self.kind.value, self.asset_class.value, self.side, self.exchange, self.effective_from

    @property
    def terms(self) -> tuple[str, Decimal, Decimal | None]:
        """Answer what is charged; the notice may be worded otherwise."""
        return self.basis.value, self.rate, self.cap_amount


def parse_rate_row(line: int, cells: Mapping[str, str]) -> RateRow:
    """Answer the row, or raise `BadRow` naming the line and what is wrong."""
    text = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    asset_class = AssetClass(_one_of(line, "asset_class", text["asset_class"], AssetClass))
    if asset_class is AssetClass.USD:
        raise BadRow(line=line, problem="asset_class must be us_equity or us_option")
    if not text["notice"] or len(text["notice"]) > LONGEST_NOTICE:
        raise BadRow(line=line, problem=f"notice must have 1 to {LONGEST_NOTICE} characters")
    if len(text["exchange"]) > LONGEST_EXCHANGE:
        raise BadRow(line=line, problem=f"exchange must have at most {LONGEST_EXCHANGE} characters")
    return RateRow(
        line=line,
        kind=FeeKind(_one_of(line, "kind", text["kind"], FeeKind)),
        asset_class=asset_class,
        side=_one_of(line, "side", text["side"], OrderSide) if text["side"] else "",
        exchange=text["exchange"],
        basis=FeeBasis(_one_of(line, "basis", text["basis"], FeeBasis)),
        rate=_number(line, "rate", text["rate"], RATE_PLACES),
        cap_amount=_number(line, "cap_amount", text["cap_amount"], CAP_PLACES) if text["cap_amount"] else None,
        effective_from=_day(line, text["effective_from"]),
        notice=text["notice"],
    )


def _one_of(line: int, column: str, text: str, choices: type[Enum]) -> str:
    known = [str(one.value) for one in choices]
    if text not in known:
        raise BadRow(line=line, problem=f"{column} must be one of {', '.join(known)}, not {text!r}")
    return text


def _number(line: int, column: str, text: str, places: int) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= MOST_OF_A_RATE or number != round(number, places):
        sentence = f"{column} must be a number from 0 to {MOST_OF_A_RATE} with at most {places} decimals, not {text!r}"
        raise BadRow(line=line, problem=sentence)
    return number


def _day(line: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRow(line=line, problem=f"effective_from must be a date (YYYY-MM-DD), not {text!r}") from None
