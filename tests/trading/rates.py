"""Fee rates that tests trade under: without rows nothing is charged."""

from datetime import date
from decimal import Decimal

from brokerage import clock
from trading.choices import FeeKind
from trading.models import FeeRate


def charge(kind: FeeKind, rate: str, *, asset_class: str = "us_option", side: str = "", exchange: str = "") -> None:
    """Let a fee be in force since 2024 began: dollars for a share or contract, for the SEC's a dollar of proceeds."""
    FeeRate.objects.create(
        kind=kind,
        asset_class=asset_class,
        side=side,
        exchange=exchange,
        basis="of_proceeds" if kind == FeeKind.REG else "per_unit",
        rate=Decimal(rate),
        effective_from=date(2024, 1, 1),
        notice="A notice that tests make up",
        entered_at=clock.now(),
    )
