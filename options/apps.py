"""The options app: what may be traded, at what price, and who may trade it."""

from django.apps import AppConfig


class OptionsConfig(AppConfig):
    """Assets, contracts, quotes, strategies, levels, and requests for a level."""

    name = "options"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from brokerage import schedule
        from brokerage.mode import is_sandbox
        from options.services.retirement import reinstate_contracts, retire_contracts
        from options.tasks import request_for_openings

        schedule.at_close(retire_contracts)
        schedule.every_tick(request_for_openings)
        if is_sandbox():
            schedule.every_tick(reinstate_contracts)
