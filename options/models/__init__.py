"""The rows of the options side."""

from options.models.applications import OptionsApplication
from options.models.approval import ApprovalPolicy, DisclosureDelivery, OpeningsRead
from options.models.assets import Asset
from options.models.contracts import OptionContract
from options.models.market import PinnedQuote

__all__ = [
    "ApprovalPolicy",
    "Asset",
    "DisclosureDelivery",
    "OpeningsRead",
    "OptionContract",
    "OptionsApplication",
    "PinnedQuote",
]
