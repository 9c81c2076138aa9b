"""The WSGI application: pages and API. Streams need `brokerage.asgi`, which also serves this."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "brokerage.settings")

application = get_wsgi_application()
