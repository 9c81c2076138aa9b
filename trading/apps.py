from datetime import timedelta

from django.apps import AppConfig

LAST_LOOK = timedelta(seconds=1)  # before the close: what a moved clock passes by is worked once more


class TradingConfig(AppConfig):
    name = "trading"

    def ready(self) -> None:
        from accounts.closing import register_blocker
        from brokerage import schedule
        from brokerage.services.clock import guard_bookings
        from trading.approval_tasks import report_approvals
        from trading.closing import find_holdings, find_pending
        from trading.equity_tasks import store_equity, store_equity_at_close, store_equity_at_open
        from trading.funding_tasks import advance_waiting_funding
        from trading.selectors import newest_booking
        from trading.tasks import (
            book_fees,
            close_the_books,
            expire_day_orders,
            settle_pending_journals,
            work_open_orders,
        )

        guard_bookings(newest_booking)
        register_blocker(find_holdings)
        register_blocker(find_pending)
        schedule.at_open(work_open_orders)
        schedule.at_open(store_equity_at_open)
        schedule.at_close(work_open_orders, after=-LAST_LOOK)
        schedule.at_close(expire_day_orders)
        schedule.at_close(book_fees)
        schedule.at_close(settle_pending_journals)
        schedule.at_close(close_the_books)  # after all else that the close brings
        schedule.at_close(store_equity_at_close)
        schedule.at_close(report_approvals)
        schedule.every_tick(expire_day_orders)  # what was accepted in the instant of the close
        schedule.every_tick(work_open_orders)
        schedule.every_tick(advance_waiting_funding)
        schedule.every_tick(store_equity)
