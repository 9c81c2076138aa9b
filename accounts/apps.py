"""The accounts app: who."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Correspondents, users, API keys, accounts, suitability, onboarding."""

    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts.audit_status import in_a_word
        from accounts.notices import send_notices_soon
        from accounts.runtime_role import apply_after_migrate
        from accounts.services.sealing_audit import check_audit_daily, seal_audit
        from accounts.tasks import advance_openings_left_behind, make_records_left_behind
        from brokerage import health, schedule

        schedule.every_tick(advance_openings_left_behind)
        schedule.every_tick(make_records_left_behind)
        schedule.every_tick(send_notices_soon)
        post_migrate.connect(apply_after_migrate)
        schedule.every_tick(seal_audit)
        schedule.every_tick(check_audit_daily)
        health.tell("audit", in_a_word)
