"""The trading account as the wire shows it: balances, levels, restrictions (contract/accounts.md 2.8)."""

from decimal import Decimal
from typing import Any

from accounts.api.representations import configuration_json
from accounts.models import Account
from accounts.rules.decisions import admin_configurations
from brokerage import clock, market_calendar
from brokerage.money import plain
from trading.models import ClosingBalance
from trading.selectors import Balances, newest_closing_balance, pending_reg_taf_fees, read_balances


def trading_account_object(account: Account) -> dict[str, Any]:
    """Answer the TradeAccount object of an account: money as decimal strings, levels as integers.

    What is held without a quote counts at its cost in `equity` and the market values, and
    `unpriced_symbols` says what that is.
    """
    now = clock.now()
    last = market_calendar.last_close(now)
    closing = newest_closing_balance(account, last)
    balances = read_balances(account)
    unknown = {} if closing else {f"{name}_reason": NO_CLOSE for name in ("balance_asof", *LAST_DAY)}
    return {
        "id": str(account.pk),
        "account_number": account.account_number,
        "status": account.status,
        "crypto_status": account.crypto_status or None,
        "currency": account.currency,
        **{name: plain(amount) for name, amount in _money(account, balances).items()},
        "multiplier": "1",
        "balance_asof": closing.date if closing else None,
        "previous_close": last,
        **{name: plain(amount) for name, amount in _last_day(closing).items()},
        **unknown,
        "unpriced_symbols": balances.unpriced,
        "clearing_broker": "SELF",
        "trading_blocked": account.trading_blocked,
        "transfers_blocked": account.transfers_blocked,
        "account_blocked": account.account_blocked,
        "trade_suspended_by_user": account.suspend_trade,
        "shorting_enabled": False,
        "created_at": account.created_at,
        "options_approved_level": account.options_approved_level,
        "options_trading_level": account.options_trading_level,
        "admin_configurations": admin_configurations(vars(account)),
        "user_configurations": configuration_json(account) if account.is_configured else None,
    }


def _money(account: Account, balances: Balances) -> dict[str, Decimal]:
    powers = ("buying_power", "regt_buying_power", "effective_buying_power", "non_marginable_buying_power")
    # A cash account: its margin is what its short puts pledge.
    margins = dict.fromkeys(("initial_margin", "maintenance_margin"), balances.pledged_cash)
    return {
        **dict.fromkeys(powers, balances.buying_power),
        "options_buying_power": balances.options_buying_power,
        "cash": balances.cash,
        "cash_withdrawable": balances.withdrawable_cash,
        "cash_transferable": balances.withdrawable_cash,
        "equity": balances.equity,
        "portfolio_value": balances.equity,
        "long_market_value": balances.long_market_value,
        "short_market_value": balances.short_market_value,
        "position_market_value": balances.long_market_value + balances.short_market_value,
        **margins,
        "pending_transfer_out": balances.leaving_cash,
        "accrued_fees": balances.accrued_fees,
        "pending_reg_taf_fees": pending_reg_taf_fees(account) if balances.accrued_fees else Decimal(0),
        **dict.fromkeys(NOTHING_PENDING, Decimal(0)),
    }


NOTHING_PENDING = ("sma", "memoposts", "intraday_adjustments")
NO_CLOSE = "no closing balance is stored"
LAST_DAY = {
    "last_buying_power": "buying_power_amount",
    "last_regt_buying_power": "buying_power_amount",
    "last_options_buying_power": "options_buying_power_amount",
    "last_equity": "equity_amount",
    "last_cash": "cash_amount",
    "last_long_market_value": "long_market_value_amount",
    "last_short_market_value": "short_market_value_amount",
    "last_initial_margin": "initial_margin_amount",
    "last_maintenance_margin": "maintenance_margin_amount",
}


def _last_day(closing: ClosingBalance | None) -> dict[str, Decimal | None]:
    """Answer the values of the last close, None where it is not known; nothing is lent: buying power is one figure."""
    return {name: getattr(closing, column) if closing else None for name, column in LAST_DAY.items()}
