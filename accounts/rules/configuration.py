"""What a trading configuration can be (contract/accounts.md 2.9)."""

from collections.abc import Iterator

from accounts.choices import OptionsLevel, TradeConfirmEmail
from accounts.rules.applications import ConfigurationChanges
from accounts.rules.text import Fault

MULTIPLIERS = ("1", "2", "4")


def configuration_faults(changes: ConfigurationChanges) -> Iterator[Fault]:
    """Yield what is wrong with a change of configuration.

    A cap above the approved level is kept as it is: the level in force is the lower of the
    two (AA-13), and the cap already stands when a higher level is approved later.
    """
    level = changes.max_options_trading_level
    if level is not None and level not in OptionsLevel:
        yield "max_options_trading_level", f"must be from {OptionsLevel.DISABLED} to {OptionsLevel.SPREADS}"
    if changes.max_margin_multiplier is not None and changes.max_margin_multiplier not in MULTIPLIERS:
        yield "max_margin_multiplier", f"must be one of {', '.join(MULTIPLIERS)}"
    if changes.trade_confirm_email is not None and changes.trade_confirm_email not in TradeConfirmEmail:
        yield "trade_confirm_email", f"must be one of {', '.join(TradeConfirmEmail)}"
