from django.apps import AppConfig


class TradingConfig(AppConfig):
    name = "trading"

    def ready(self) -> None:
        from brokerage import schedule
        from brokerage.services.clock import guard_bookings
        from trading.selectors import newest_booking
        from trading.services.journals import settle_pending_journals
        from trading.tasks import expire_day_orders, work_open_orders

        guard_bookings(newest_booking)
        schedule.at_close(expire_day_orders)
        schedule.at_close(settle_pending_journals)
        schedule.every_tick(work_open_orders)
