"""The rows of the options side."""

from options.models.applications import OptionsApplication
from options.models.approval import ApprovalPolicy, DisclosureDelivery, EventsRead, OpeningsRead
from options.models.assets import Asset
from options.models.contracts import OptionContract
from options.models.market import PinnedQuote
from options.models.reviews import ComplianceClock, LevelReview, ReviewStep

__all__ = [
    "ApprovalPolicy",
    "Asset",
    "ComplianceClock",
    "DisclosureDelivery",
    "EventsRead",
    "LevelReview",
    "OpeningsRead",
    "OptionContract",
    "OptionsApplication",
    "PinnedQuote",
    "ReviewStep",
]
