"""How the parts of a sum are written."""

from decimal import Decimal

from django import template

from brokerage.templatetags.formats import money

register = template.Library()


@register.filter
def less(amount: Decimal) -> str:
    """Write an amount that is taken off, in dollars: `−1,234.50`; nothing taken off has no sign."""
    return money(-amount)
