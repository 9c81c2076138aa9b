"""The WSGI application: pages, API and static files. Streams need `brokerage.asgi`, which also serves this."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "brokerage.settings")
os.environ.setdefault("STRIKEBOOK_PROCESS", "web")  # its connections start with nobody's rows (decision 0006)

# Around the application and not among its middleware, which the streams share and which stays async.
application = WhiteNoise(
    get_wsgi_application(),
    root=settings.STATIC_ROOT,
    prefix=settings.STATIC_URL,
    immutable_file_test=r"\.[0-9a-f]{12}\.",
)
