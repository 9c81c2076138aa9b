"""The options app: what may be traded, at what price, and who may trade it."""

from django.apps import AppConfig


class OptionsConfig(AppConfig):
    """Assets, contracts, quotes, strategies, levels, and requests for a level."""

    name = "options"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.choices import NoticeKind
        from accounts.services.notices import after_sending
        from brokerage import health, schedule
        from brokerage.mode import is_sandbox
        from options.clock_tasks import follow_events, remind_of_clocks
        from options.market_standing import tell_standing
        from options.market_tasks import build_market_bars, keep_market_days, play_market
        from options.services.clocks import stop_when_verified
        from options.services.retirement import reinstate_contracts, retire_contracts
        from options.services.usage import book_usage, forget_old_batches
        from options.tasks import follow_accounts

        health.tell("market", tell_standing)
        schedule.at_close(retire_contracts)
        schedule.at_close(follow_events)  # the report on approvals at the close knows what was decided
        schedule.at_close(forget_old_batches)
        schedule.every_tick(book_usage)
        schedule.every_tick(play_market)
        schedule.every_tick(build_market_bars)
        schedule.every_tick(keep_market_days)
        schedule.every_tick(follow_events)
        schedule.every_tick(remind_of_clocks)
        schedule.every_tick(follow_accounts)
        after_sending(NoticeKind.VERIFICATION, stop_when_verified)
        if is_sandbox():
            schedule.every_tick(reinstate_contracts)
