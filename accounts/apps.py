"""The accounts app: who."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Correspondents, users, API keys, accounts, suitability, onboarding."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.tasks import advance_openings_left_behind
        from brokerage import schedule

        schedule.every_tick(advance_openings_left_behind)
