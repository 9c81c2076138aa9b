"""What the demo's partners took of market data, and what it costs: so that the pages of it have something to show."""

from decimal import Decimal

from accounts.models import ApiKey, Correspondent
from accounts.services.users import system_user
from brokerage import clock
from options.choices import DataFeed
from options.rules.data_access import PriceTicket, first_of
from options.services.data_access import set_data_price
from options.services.usage import count_use

PRICES = {DataFeed.OPRA: Decimal(1_500), DataFeed.INDICATIVE: Decimal(50)}
TAKEN = {
    "v1beta1/options/quotes/latest": (9, 100),
    "v1beta1/options/bars": (4, 390),
    "v1beta1/options/snapshots/<str:underlying_symbol>": (2, 1_000),
}


def price_data() -> None:
    """Begin the price list with the present month."""
    for feed, amount in PRICES.items():
        ticket = PriceTicket(
            feed=feed, month=first_of(clock.today()), monthly_amount=amount, reason="The list that the demo begins with"
        )
        set_data_price(actor=system_user(), ticket=ticket)


def use_data(number: int, correspondent: Correspondent) -> None:
    """Let a partner's key take some data, on one day more than on another."""
    key = ApiKey.objects.filter(user__correspondent=correspondent).earliest("pk")
    for endpoint, (requests, points) in TAKEN.items():
        for _ in range(requests + 3 * number):
            count_use(key, endpoint=endpoint, points=points)
