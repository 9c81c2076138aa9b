"""Settings, read from the environment. The README lists the variables."""

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from brokerage.embedded import socket_directory
from brokerage.secrets import NAMES, sandbox_secrets

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

STRIKEBOOK_MODE = env.str("STRIKEBOOK_MODE", default="sandbox")
if STRIKEBOOK_MODE not in ("sandbox", "production"):
    raise ImproperlyConfigured(f"STRIKEBOOK_MODE is sandbox or production, not {STRIKEBOOK_MODE!r}")
IS_PRODUCTION = STRIKEBOOK_MODE == "production"
DATA_DIR = Path(env.str("STRIKEBOOK_DATA", default=str(BASE_DIR / ".data"))).absolute()
DEBUG = False


def _required(name: str) -> str:
    """Answer a variable that production may not start without."""
    value = env.str(name, default="")
    if not value or value.startswith("change-me") or "insecure" in value:
        raise ImproperlyConfigured(f"{name} must be set to a value of your own in production mode")
    return value


# --- Secrets -----------------------------------------------------------------------------------
if IS_PRODUCTION:
    SECRETS = {name: _required(name) for name in NAMES}
    if len(SECRETS["SECRET_KEY"]) < 50:
        raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters in production mode")
else:
    SECRETS = {name: env.str(name, default="") or kept for name, kept in sandbox_secrets(DATA_DIR).items()}
SECRET_KEY = SECRETS["SECRET_KEY"]
FIELD_ENCRYPTION_KEY = SECRETS["FIELD_ENCRYPTION_KEY"]
LOOKUP_KEY = SECRETS["LOOKUP_KEY"]

# --- Database and broker -----------------------------------------------------------------------
EMBEDDED_POSTGRESQL = not env.str("DATABASE_URL", default="")
EMBEDDED_BROKER = not env.str("CELERY_BROKER_URL", default="")
if IS_PRODUCTION:
    _required("DATABASE_URL"), _required("CELERY_BROKER_URL")
if EMBEDDED_POSTGRESQL:
    DATABASES: dict[str, Any] = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "strikebook",
            "USER": "app",
            "HOST": str(socket_directory(DATA_DIR)),
        }
    }
else:
    DATABASES = {"default": env.db("DATABASE_URL")}
if os.environ.get("STRIKEBOOK_PROCESS") == "web":
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 2, "max_size": 8, "timeout": 10}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
VALKEY = f"unix://{socket_directory(DATA_DIR)}/valkey.sock"
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or VALKEY.replace("unix://", "redis+socket://")
CACHE_URL = env.str("CACHE_URL", default="") or (f"{VALKEY}?db=1" if EMBEDDED_BROKER else "")
if not CACHE_URL and CELERY_BROKER_URL.startswith(("redis://", "rediss://")):
    CACHE_URL = CELERY_BROKER_URL.rsplit("/", 1)[0] + "/1" if CELERY_BROKER_URL.count("/") > 2 else CELERY_BROKER_URL
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
    if CACHE_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "brokerage_cache"}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Application -------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "rest_framework",
    "pgtrigger",
    "brokerage",
    "accounts",
    "options",
    "trading",
]
MIDDLEWARE = [
    "brokerage.middleware.request_scope",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "brokerage.page_refusals.StorableAddress",
    "brokerage.page_refusals.PageRefusals",
]
ROOT_URLCONF = "brokerage.urls"
WSGI_APPLICATION = "brokerage.wsgi.application"
ASGI_APPLICATION = "brokerage.asgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["brokerage.templatetags.formats"],
        },
    }
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/accounts"
LOGOUT_REDIRECT_URL = "/sign-in"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["brokerage.wire.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["brokerage.wire.JsonParser"],
    "EXCEPTION_HANDLER": "brokerage.api.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "brokerage.wire.AlwaysJson",
}

# --- Time, language, files ---------------------------------------------------------------------
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en-us"
USE_I18N = False
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
LARGE_BODIES = {("POST", "/v1/accounts"): 160 * 1024 * 1024}  # ten documents of 10 MB, base64

# --- Security ----------------------------------------------------------------------------------
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if IS_PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
if IS_PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts that this server answers for in production mode")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
SECURE_SSL_REDIRECT = False  # the API never redirects (contract/trading.md 0.2); the proxy refuses plain HTTP
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PRODUCTION
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # SECURE_SSL_REDIRECT, as above
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- Market ------------------------------------------------------------------------------------
MARKET_SOURCE = env.str("STRIKEBOOK_MARKET", default="synthetic")
MARKET_SEED = env.str("STRIKEBOOK_MARKET_SEED", default="strikebook")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
