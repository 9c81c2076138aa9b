from django.apps import AppConfig


class BrokerageConfig(AppConfig):
    name = "brokerage"

    def ready(self) -> None:
        from brokerage import paths  # noqa: F401 - registers what the routes of every app name
