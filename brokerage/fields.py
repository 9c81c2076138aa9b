"""Columns for money, prices and quantities: exact decimals, one precision each."""

from typing import Any

from django.db import models


class _FixedDecimal(models.DecimalField):
    digits: int
    places: int

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"], kwargs["decimal_places"] = self.digits, self.places
        super().__init__(*args, **kwargs)


class MoneyField(_FixedDecimal):
    """An amount of US dollars in whole cents (`*_amount`)."""

    digits, places = 20, 2


class PriceField(_FixedDecimal):
    """A price per share in US dollars (`*_price`)."""

    digits, places = 18, 4


class QuantityField(_FixedDecimal):
    """Shares, contracts or dollars held: signed, nine places."""

    digits, places = 24, 9
