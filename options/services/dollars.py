"""The row that cash is a position in."""

from options.choices import AssetClass
from options.models import Asset
from options.rules.asset_ids import USD_ID


def dollars() -> Asset:
    """Answer the asset USD. A migration made it; a flushed database gets it again."""
    columns = {
        "symbol": "USD",
        "name": "US dollar",
        "asset_class": AssetClass.USD,
        "tradable": False,
        "marginable": False,
    }
    return Asset.objects.get_or_create(pk=USD_ID, defaults=columns)[0]
