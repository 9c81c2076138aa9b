"""What a market has said: the newest of each symbol, and its history.

Keyed by symbol as the market writes it, without a foreign key: a million rows come in at once, and each
symbol is looked up once where they do (`options/services/market_intake.py`, `market_loading.py`). Quotes,
trades and minute bars are cut by day of New York (`make_market_days`, `drop_market_days` in the migration).
"""

from django.db import models
from django.db.models import F, Q

from brokerage.fields import PriceField


class StoredQuote(models.Model):
    """What was bid and offered from `at` on. A side without a price is not quoted."""

    pk = models.CompositePrimaryKey("symbol", "at")
    symbol = models.CharField(max_length=32, db_collation="C")
    at = models.DateTimeField()
    bid_price = PriceField(null=True)
    bid_size = models.PositiveIntegerField()
    bid_exchange = models.CharField(max_length=1, blank=True)
    ask_price = PriceField(null=True)
    ask_size = models.PositiveIntegerField()
    ask_exchange = models.CharField(max_length=1, blank=True)
    condition = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(bid_price__lte=F("ask_price")), name="a_stored_quote_is_not_crossed"),
            models.CheckConstraint(
                condition=Q(bid_price__gte=0) & Q(ask_price__gt=0), name="a_stored_quote_is_of_real_prices"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.bid_price} by {self.ask_price} at {self.at}"


class StoredTrade(models.Model):
    """What was paid once. `number` tells trades of one symbol at one moment apart."""

    pk = models.CompositePrimaryKey("symbol", "at", "number")
    symbol = models.CharField(max_length=32, db_collation="C")
    at = models.DateTimeField()
    number = models.BigIntegerField()
    price = PriceField()
    size = models.PositiveIntegerField()
    exchange = models.CharField(max_length=1, blank=True)
    condition = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gt=0) & Q(size__gt=0), name="a_stored_trade_is_of_a_price_and_a_size"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.size} at {self.price} at {self.at}"


class _Bar(models.Model):
    symbol = models.CharField(max_length=32, db_collation="C")
    open = PriceField()
    high = PriceField()
    low = PriceField()
    close = PriceField()
    volume = models.BigIntegerField()
    trades = models.PositiveIntegerField()
    vwap = models.DecimalField(max_digits=20, decimal_places=6)

    class Meta:
        abstract = True


class MinuteBar(_Bar):
    """What was traded in the minute that begins `at`: built from the trades, or loaded where there are none."""

    pk = models.CompositePrimaryKey("symbol", "at")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(low__lte=F("open"), high__gte=F("open")) & Q(low__lte=F("close"), high__gte=F("close")),
                name="a_minute_bar_spans_what_was_paid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.at}"


class DailyBar(_Bar):
    """What was traded on one date of New York: built from the minutes, or loaded."""

    pk = models.CompositePrimaryKey("symbol", "date")
    date = models.DateField()
    is_built = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(low__lte=F("open"), high__gte=F("open")) & Q(low__lte=F("close"), high__gte=F("close")),
                name="a_daily_bar_spans_what_was_paid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.date}"


class BarToBuild(models.Model):
    """A minute or a day of a symbol whose trades have changed since its bar was built."""

    pk = models.CompositePrimaryKey("symbol", "at", "is_daily")
    symbol = models.CharField(max_length=32, db_collation="C")
    at = models.DateTimeField()
    is_daily = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["is_daily", "at"], name="bars_to_build_oldest_first")]

    def __str__(self) -> str:
        return f"{self.symbol} {self.at}"


class LatestValue(models.Model):
    """The newest quote and the newest trade of one symbol."""

    symbol = models.CharField(max_length=32, primary_key=True, db_collation="C")
    quoted_at = models.DateTimeField(null=True)
    bid_price = PriceField(null=True)
    bid_size = models.PositiveIntegerField(default=0)
    bid_exchange = models.CharField(max_length=1, blank=True)
    ask_price = PriceField(null=True)
    ask_size = models.PositiveIntegerField(default=0)
    ask_exchange = models.CharField(max_length=1, blank=True)
    quote_condition = models.CharField(max_length=8, blank=True)
    traded_at = models.DateTimeField(null=True)
    trade_number = models.BigIntegerField(default=0)
    trade_price = PriceField(null=True)
    trade_size = models.PositiveIntegerField(default=0)
    trade_exchange = models.CharField(max_length=1, blank=True)
    trade_condition = models.CharField(max_length=8, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(bid_price__lte=F("ask_price")), name="a_latest_quote_is_not_crossed"),
        ]

    def __str__(self) -> str:
        return self.symbol


class MarketStanding(models.Model):
    """How the stored market is doing, in one row.

    `heard_at` is when the source last said anything or the feed had an answer, `trouble` what went wrong since;
    `played_at` is as of when a replayed market's latest values are, None where they have to be found anew.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    heard_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)
    played_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="there_is_one_standing_of_the_market")]

    def __str__(self) -> str:
        return f"heard at {self.heard_at}"
