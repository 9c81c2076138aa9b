"""What a view behind `login_required` receives."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class SignedInRequest(HttpRequest):
    """A request of somebody who is signed in; `htmx` says whether a part of a page is asked for."""

    user: User
    htmx: HtmxDetails
