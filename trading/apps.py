from datetime import timedelta

from django.apps import AppConfig

LAST_REVIEW = timedelta(minutes=5)  # before the close: what it wants sold can still be sold
RECONCILED = timedelta(hours=2)  # after the close: when what the day brings is posted
LAST_LOOK = timedelta(seconds=1)  # before the close: what a moved clock passes by is worked once more


class TradingConfig(AppConfig):
    name = "trading"

    def ready(self) -> None:
        from accounts.closing import register_blocker
        from brokerage.services.clock import guard_bookings
        from options.market.wanted import want
        from options.services.following import follow
        from trading.assignment_notices import tell_assigned
        from trading.closing import find_holdings, find_pending
        from trading.instruction_tasks import take_instructions
        from trading.market_wanted import wanted_in_trading
        from trading.selectors import newest_booking

        follow("assignment.posted", tell_assigned)
        guard_bookings(newest_booking)
        want(wanted_in_trading)
        register_blocker(find_holdings)
        register_blocker(find_pending)
        _live_by_the_clock()
        take_instructions()


def _live_by_the_clock() -> None:
    from brokerage import schedule
    from trading import expiration_tasks, tasks
    from trading.approval_tasks import report_approvals
    from trading.assignment_tasks import post_waiting_assignments
    from trading.clearing_tasks import confirm_exercises, tender_exercises
    from trading.equity_tasks import store_equity, store_equity_at_close, store_equity_at_open
    from trading.funding_tasks import advance_waiting_funding
    from trading.reconciliation_tasks import reconcile_at_close
    from trading.rules.cutoffs import INSTRUCTIONS_AFTER_CLOSE, REVIEW_BEFORE_CLOSE

    schedule.at_open(tasks.work_open_orders)
    schedule.at_open(confirm_exercises)
    schedule.at_open(store_equity_at_open)
    schedule.at_close(expiration_tasks.start_review, after=-REVIEW_BEFORE_CLOSE)
    schedule.at_close(expiration_tasks.review_once_more, after=-LAST_REVIEW)
    schedule.at_close(tasks.work_open_orders, after=-LAST_LOOK)
    schedule.at_close(tasks.expire_day_orders)
    schedule.at_close(expiration_tasks.close_expirations)
    schedule.at_close(tender_exercises)
    schedule.at_close(tasks.book_fees)
    schedule.at_close(tasks.settle_pending_journals)
    schedule.at_close(tasks.close_the_books)  # after all else that the close brings
    schedule.at_close(store_equity_at_close)
    schedule.at_close(report_approvals)
    schedule.at_close(reconcile_at_close, after=RECONCILED)
    schedule.at_close(expiration_tasks.settle_expirations, after=INSTRUCTIONS_AFTER_CLOSE)
    schedule.every_tick(tasks.expire_day_orders)  # what was accepted in the instant of the close
    schedule.every_tick(expiration_tasks.review_expirations)
    schedule.every_tick(expiration_tasks.finish_expirations)
    schedule.every_tick(tasks.work_open_orders)
    schedule.every_tick(post_waiting_assignments)
    schedule.every_tick(advance_waiting_funding)
    schedule.every_tick(store_equity)
