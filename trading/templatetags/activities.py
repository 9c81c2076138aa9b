"""What the codes of activities mean, in words (contract/trading.md 5.5)."""

from django import template

register = template.Library()

WORDS = {
    "FILL": "Fill",
    "CSD": "Cash deposit",
    "CSW": "Cash withdrawal",
    "JNLC": "Cash journal",
    "JNLS": "Share journal",
    "ACATS": "Account transfer",
    "OPTRD": "Option trade",
    "OPEXC": "Option exercise",
    "OPASN": "Option assignment",
    "OPEXP": "Option expiry",
    "OPCSH": "Option cash settlement",
    "FEE": "Fee",
    "INT": "Interest",
    "DIV": "Dividend",
}


@register.filter
def activity_words(activity_type: str) -> str:
    """Answer what an activity's code means; a code without words stands for itself."""
    return WORDS.get(activity_type, activity_type)
