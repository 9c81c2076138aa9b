"""Settings, read from the environment. The README lists the variables."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from brokerage.database_session import EVERYBODY, TENANT, clear_returned
from brokerage.embedded import socket_directory
from brokerage.mailbox import mailbox_from
from brokerage.market_data import market_data_from
from brokerage.secrets import NAMES, sandbox_secrets
from brokerage.storage import storage_from

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
# Who connects, and as what: decision 0006. Commands act as the owner of the tables, everything else as a role that
# owns nothing; and only web starts with nobody's rows, since authentication says there who acts.
RUNTIME_ROLE = "strikebook_app"
PROCESS = os.environ.get("STRIKEBOOK_PROCESS", "")
if PROCESS == "command" and env.str("OWNER_DATABASE_URL", default=""):
    DATABASES = {"default": env.db("OWNER_DATABASE_URL")}
_said = [] if PROCESS == "command" else [f"-c role={RUNTIME_ROLE}"]
_said += [] if PROCESS == "web" else [f"-c {TENANT}={EVERYBODY}"]
# What `brokerage/prepared.py` prepares is planned once on a connection: planning takes longer than answering.
_said += ["-c plan_cache_mode=force_generic_plan"]
_options = DATABASES["default"].setdefault("OPTIONS", {})
_options["options"] = " ".join(filter(None, [_options.get("options", ""), *_said]))
_options["prepare_threshold"] = 5  # Django's own is None, with which psycopg prepares nothing, asked or not
if PROCESS == "web":
    _options["pool"] = {"min_size": 2, "max_size": 8, "timeout": 10, "reset": clear_returned}
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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "brokerage",
    "accounts",
    "options",
    "trading",
]
MIDDLEWARE = [
    "brokerage.middleware.request_scope",
    "accounts.api.limits.rate_limit_headers",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "brokerage.page_refusals.StorableAddress",
    "brokerage.page_refusals.PageRefusals",
    "accounts.second_factor.SecondFactorRequired",
    "accounts.devices.LastSeen",
    "axes.middleware.AxesMiddleware",
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
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "accounts.backends.PeopleBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/accounts"
LOGOUT_REDIRECT_URL = "/sign-in"

# --- Signing in (docs/decisions/0005-sign-in-is-allauth.md) --------------------------------------
ACCOUNT_ADAPTER = "accounts.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Strikebook: "
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "reauthenticate": "accounts.forms.PasswordAgainForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "change_password": "accounts.forms.ChangePasswordForm",
}
# Guesses at a password from everywhere together, and at a code; axes counts them by address too.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "10/10m/key"}
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Strikebook"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.CodeAgainForm",
    "activate_totp": "accounts.forms.FirstCodeForm",
    "add_webauthn": "accounts.forms.PasskeyForm",
}
AXES_HANDLER = "accounts.lockout.LockOut"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_FAILURE_LIMIT = 5  # of one e-mail address from one place; from one place altogether, ten times as many
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "csrfmiddlewaretoken", "code", "credential"]
AXES_CLIENT_IP_CALLABLE = "brokerage.origin.client_ip"
AXES_USERNAME_CALLABLE = "accounts.lockout.tried_email"
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_out_page"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated", "accounts.api.scopes.KeyReaches"],
    "DEFAULT_RENDERER_CLASSES": ["brokerage.wire.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["brokerage.wire.JsonParser"],
    "EXCEPTION_HANDLER": "brokerage.api.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "brokerage.wire.AlwaysJson",
}
API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=1_000 if IS_PRODUCTION else 100_000)
API_REFUSALS_PER_MINUTE = env.int("API_REFUSALS_PER_MINUTE", default=60 if IS_PRODUCTION else 10_000)
# Whether the clearing house sends who is assigned at expiration; else shorts in the money are (docs/architecture.md).
CLEARING_FILE_AWAITED = env.bool("CLEARING_FILE_AWAITED", default=IS_PRODUCTION)
API_STREAMS_PER_KEY = env.int("API_STREAMS_PER_KEY", default=25)

# --- Time, language, files ---------------------------------------------------------------------
TIME_ZONE = "UTC"
USE_I18N = False
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": storage_from(env.str("STRIKEBOOK_STORAGE", default=""), default=MEDIA_ROOT),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
TEN_DOCUMENTS = 160 * 1024 * 1024  # of 10 MB each, in base64
ONE_FILE = 32 * 1024 * 1024  # more than the 10 MB that are taken, so that the page can say so
LARGE_BODIES = [  # method, the path as a regular expression, the most bytes; everything else takes the size above
    ("POST", r"/v1/accounts", TEN_DOCUMENTS),
    ("POST", r"/v1/accounts/[0-9a-fA-F-]{36}/documents/upload", TEN_DOCUMENTS),
    ("POST", r"/accounts/[0-9a-fA-F-]{36}/documents", TEN_DOCUMENTS),
    ("POST", r"/openings/[0-9a-fA-F-]{36}/documents", ONE_FILE),
    ("POST", r"/mailbox/[a-z_]+/inbound/", ONE_FILE),
]
FILE_UPLOAD_MAX_MEMORY_SIZE = TEN_DOCUMENTS  # files that are sent stay in memory: what lies on disk is sealed

# --- Security ----------------------------------------------------------------------------------
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if IS_PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
if IS_PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts that this server answers for in production mode")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)  # how many of ours append to X-Forwarded-For
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
        **{name: ["'self'"] for name in ("default-src", "script-src", "style-src", "form-action")},
        **{name: ["'none'"] for name in ("object-src", "base-uri", "frame-ancestors")},
        "img-src": ["'self'", "data:"],
    }
}

# --- Mail --------------------------------------------------------------------------------------
vars().update(env.email("EMAIL_URL", default="smtp://localhost:25" if IS_PRODUCTION else "consolemail://"))
EMAIL_TIMEOUT = 10  # seconds that a mail server may leave us waiting
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="Strikebook <no-reply@strikebook.invalid>")
_own = f"https://{ALLOWED_HOSTS[0].lstrip('.')}" if IS_PRODUCTION else f"http://localhost:{env.str('PORT', '8000')}"
PUBLIC_URL = env.str("PUBLIC_URL", default=_own).rstrip("/")  # where the links in mails lead

MAILBOX = mailbox_from(env, is_production=IS_PRODUCTION)
INSTALLED_APPS += MAILBOX.apps
ANYMAIL = MAILBOX.anymail

# --- Market ------------------------------------------------------------------------------------
MARKET_SOURCE = env.str("STRIKEBOOK_MARKET", default="synthetic")
MARKET_SEED = env.str("STRIKEBOOK_MARKET_SEED", default="strikebook")
MARKET_DATA = market_data_from(env)
# A year's, as a fraction: what greeks and implied volatility discount by. The synthetic market knows no interest.
RISK_FREE_RATE = env.float("STRIKEBOOK_RISK_FREE_RATE", default=0.0)

# How often equity is stored in a session, and for how long that is kept; closing balances stay.
EQUITY_POINT_MINUTES = env.int("EQUITY_POINT_MINUTES", default=5)
EQUITY_POINT_DAYS = env.int("EQUITY_POINT_DAYS", default=35)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
