"""The trading account as the wire shows it: balances, levels, restrictions (contract/accounts.md 2.8)."""

from decimal import Decimal
from typing import Any

from accounts.api.representations import configuration_json
from accounts.models import Account
from brokerage import clock, market_calendar
from brokerage.money import plain
from trading.selectors import Balances, read_balances


def trading_account_object(account: Account) -> dict[str, Any]:
    """Answer the TradeAccount object of an account: money as decimal strings, levels as integers."""
    now = clock.now()
    last = market_calendar.last_close(now)
    return {
        "id": str(account.pk),
        "account_number": account.account_number,
        "status": account.status,
        "crypto_status": account.crypto_status or None,
        "currency": account.currency,
        **{name: plain(amount) for name, amount in _money(account, read_balances(account)).items()},
        "multiplier": "1",
        "balance_asof": last.astimezone(market_calendar.NEW_YORK).date(),
        "previous_close": last,
        # The day's closing values are not stored yet: unknown, and so null.
        **dict.fromkeys(LAST_DAY_FIELDS),
        "clearing_broker": "SELF",
        "trading_blocked": account.trading_blocked,
        "transfers_blocked": account.transfers_blocked,
        "account_blocked": account.account_blocked,
        "trade_suspended_by_user": account.suspend_trade,
        "shorting_enabled": False,
        "created_at": account.created_at,
        "options_approved_level": account.options_approved_level,
        "options_trading_level": account.options_trading_level,
        "admin_configurations": _admin_configurations(account),
        "user_configurations": configuration_json(account) if account.is_configured else None,
    }


def _money(account: Account, balances: Balances) -> dict[str, Decimal]:
    powers = ("buying_power", "regt_buying_power", "effective_buying_power", "non_marginable_buying_power")
    # A cash account: its margin is what its short puts pledge, and nothing is pending.
    margins = dict.fromkeys(("initial_margin", "maintenance_margin"), balances.pledged_cash)
    return {
        **dict.fromkeys(powers, balances.buying_power),
        "options_buying_power": balances.options_buying_power,
        "cash": balances.cash,
        "cash_withdrawable": balances.withdrawable_cash,
        "cash_transferable": balances.withdrawable_cash,
        "equity": balances.equity,
        "portfolio_value": balances.equity,
        "last_equity": account.last_equity_amount,
        "long_market_value": balances.long_market_value,
        "short_market_value": balances.short_market_value,
        "position_market_value": balances.long_market_value + balances.short_market_value,
        **margins,
        **dict.fromkeys(NOTHING_PENDING, Decimal(0)),
    }


NOTHING_PENDING = (
    "sma",
    "accrued_fees",
    "pending_transfer_out",
    "pending_reg_taf_fees",
    "memoposts",
    "intraday_adjustments",
)
LAST_DAY_FIELDS = (
    "last_long_market_value",
    "last_short_market_value",
    "last_cash",
    "last_initial_margin",
    "last_maintenance_margin",
    "last_regt_buying_power",
    "last_buying_power",
    "last_options_buying_power",
)


def _admin_configurations(account: Account) -> dict[str, Any]:
    cap = account.admin_max_options_trading_level
    return {} if cap is None else {"max_options_trading_level": cap}
