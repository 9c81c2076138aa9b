"""Decimals as amounts and as text. A `float` never comes near."""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    """Round an amount in dollars to whole cents, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def cents_up(amount: Decimal) -> Decimal:
    """Round a requirement up to the cent (domain rule BP-13)."""
    return amount.quantize(CENT, ROUND_CEILING)


def cents_down(amount: Decimal) -> Decimal:
    """Round what is available down to the cent (domain rule BP-13)."""
    return amount.quantize(CENT, ROUND_FLOOR)


def plain(value: Decimal | None) -> str | None:
    """Print a decimal as the wire does: no exponent, no trailing zeros; None stays None."""
    if value is None:
        return None
    text = format(value.normalize(), "f")
    return "0" if text == "-0" else text
