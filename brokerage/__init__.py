"""The Django project and the kernel that all apps share."""

from brokerage.celery import app as celery_app

__all__ = ["celery_app"]
