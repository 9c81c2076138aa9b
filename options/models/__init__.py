"""The rows of the options side."""

from options.models.applications import OptionsApplication
from options.models.approval import ApprovalPolicy, DisclosureDelivery, EventsRead, OpeningsRead
from options.models.assets import Asset
from options.models.contracts import OptionContract
from options.models.data_access import DataEntitlement, DataPrice, DataUsage, UsageBatch
from options.models.market import PinnedQuote
from options.models.market_data import (
    BarToBuild,
    DailyBar,
    LatestValue,
    MarketStanding,
    MinuteBar,
    StoredQuote,
    StoredTrade,
)
from options.models.open_interest import OpenInterest
from options.models.reviews import ComplianceClock, LevelReview, ReviewStep

__all__ = [
    "ApprovalPolicy",
    "Asset",
    "BarToBuild",
    "ComplianceClock",
    "DailyBar",
    "DataEntitlement",
    "DataPrice",
    "DataUsage",
    "DisclosureDelivery",
    "EventsRead",
    "LatestValue",
    "LevelReview",
    "MarketStanding",
    "MinuteBar",
    "OpenInterest",
    "OpeningsRead",
    "OptionContract",
    "OptionsApplication",
    "PinnedQuote",
    "ReviewStep",
    "StoredQuote",
    "StoredTrade",
    "UsageBatch",
]
