"""Settings: every value that differs from place to place comes from the environment (docs/operations.md)."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pghistory
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from caredesk.secret import secret_key
from caredesk.static import digest

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("CAREDESK_DATA") or BASE_DIR / ".var").resolve()


def flag(name, default="0"):
    return os.environ.get(name, default).strip().lower() in ("1", "true", "yes", "on")


def number(name, default):
    return int(os.environ.get(name) or default)


DEBUG = flag("DEBUG")
SECRET_KEY = os.environ.get("SECRET_KEY") or secret_key(DATA_DIR)
ALLOWED_HOSTS = [host for host in os.environ.get("ALLOWED_HOSTS", "*").split(",") if host]

INSTALLED_APPS = [
    "daphne",
    "caredesk.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "channels",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "axes",
    "caredesk",
    "customers",
    "requests_app",
    "activities",
    "queues",
]

MIDDLEWARE = [
    "caredesk.security.HttpsOnlyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "caredesk.security.SecurityHeadersMiddleware",
    "caredesk.cookies.CookieMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "caredesk.zones.ZoneMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "caredesk.accounts.SlidingSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "caredesk.security.StrangersMiddleware",
    "axes.middleware.AxesMiddleware",
    "queues.views.moved.MovedMiddleware",
]

ROOT_URLCONF = "caredesk.urls"
ASGI_APPLICATION = "caredesk.asgi.application"

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
                "caredesk.cookies.context",
            ],
        },
    }
]

# --- engines: PostgreSQL keeps everything, Redis or Valkey rings the doorbell

HTTP_THREADS = number("CAREDESK_HTTP_THREADS", 10)
SOCKET_THREADS = number("CAREDESK_SOCKET_THREADS", 10)


# Unset, the triggers of the history raise and catch an error for each row, and for each of these PostgreSQL walks
# through all checks that wait for the end of the transaction: 10,000 rows took ten times as long.
QUICK_HISTORY = "-c pgtrigger.ignore={}"

# Statements are prepared where they say so (caredesk/planned.py), and never for having been asked so often. What is
# prepared is planned once, for any values: PostgreSQL would try five first, and of some plan each one anew for ever.
NOT_BY_COUNT = 2**31
PLANNED_ONCE = "-c plan_cache_mode=force_generic_plan"


def database(url):
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "pool": {"min_size": 2, "max_size": HTTP_THREADS + SOCKET_THREADS + 2, "timeout": 5},
            "options": f"-c lock_timeout=2000 -c statement_timeout=10000 {QUICK_HISTORY} {PLANNED_ONCE}",
            "prepare_threshold": NOT_BY_COUNT,
        },
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL") or "postgresql://postgres@127.0.0.1/care")}
REDIS_URL = os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS = {"default": {"BACKEND": "caredesk.layer.Layer", "CONFIG": {"hosts": [REDIS_URL]}}}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # the worker waits for Redis as long as it is away
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "caredesk.tasks.heartbeat", "schedule": 5, "options": {"expires": 15}},
    "close what is due": {"task": "activities.tasks.close_due", "schedule": 30, "options": {"expires": 25}},
    "tidy up": {"task": "caredesk.tasks.tidy", "schedule": 3600, "options": {"expires": 3000}},
    "connect what is left": {
        "task": "queues.tasks.connect_left_over",
        "schedule": 5,
        "options": {"expires": 10},
    },
}

PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField(null=True)
PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = True
PGHISTORY_ADMIN_ALL_EVENTS = False

# --- people

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "queues.backends.DeskBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "desk"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

SESSION_COOKIE_AGE = number("CAREDESK_SESSION_HOURS", 8) * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Failed log-ins: see caredesk/lockout.py.
AXES_HANDLER = "caredesk.lockout.Handler"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = "caredesk.lockout.duration"
AXES_USE_ATTEMPT_EXPIRATION = True
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_LOCKOUT_CALLABLE = "caredesk.lockout.response"
AXES_CLIENT_IP_CALLABLE = "caredesk.lockout.address"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]
AXES_VERBOSE = False

# --- what browsers may do with our pages (framing: caredesk/security.py; cookies: caredesk/cookies.py)

PROXY = flag("CAREDESK_PROXY")
HTTPS_ONLY = flag("CAREDESK_HTTPS_ONLY")
GADGET_ORIGINS = os.environ.get("CAREDESK_GADGET_ORIGINS", "").replace(",", " ").split()

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "media-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_HSTS_SECONDS = 31_536_000
SECURE_REFERRER_POLICY = "same-origin"
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"

CSRF_FAILURE_VIEW = "caredesk.errors.csrf_failure"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_AGE = 31_536_000

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", _("English")),
    ("sr-latn", _("Serbian")),
    ("nl", _("Dutch")),
    ("pl", _("Polish")),
    ("tr", _("Turkish")),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "caredesk.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("TZ") or "UTC"

# The address changes with the content, so that browsers keep files for good and modules find each other.
STATIC_URL = f"/static/{'debug' if DEBUG else digest(BASE_DIR / 'static')}/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/[0-9a-f]{10}/"
WHITENOISE_ALLOW_ALL_ORIGINS = False

# A request is refused above 12 MB (caredesk/mount.py); files of 10 MB are the largest thing in one (R100).
DATA_UPLOAD_MAX_NUMBER_FILES = 1
FILE_UPLOAD_PERMISSIONS = 0o600

# --- the rules' numbers

OFFER_SECONDS = number("CAREDESK_OFFER_SECONDS", 15)
AUTO_CLOSE_SECONDS = number("CAREDESK_AUTO_CLOSE_SECONDS", 432_000)
CHAT_STARTS_PER_MINUTE = number("CAREDESK_CHAT_STARTS_PER_MINUTE", 10)
CHAT_MESSAGES_PER_MINUTE = number("CAREDESK_CHAT_MESSAGES_PER_MINUTE", 60)
CHAT_RETURNS_PER_MINUTE = number("CAREDESK_CHAT_RETURNS_PER_MINUTE", 5)
CHAT_ATTACHMENTS = number("CAREDESK_CHAT_ATTACHMENTS", 20)
CHAT_WAITING_GONE_SECONDS = number("CAREDESK_CHAT_WAITING_GONE_SECONDS", 60)
CHAT_ACTIVE_GONE_SECONDS = number("CAREDESK_CHAT_ACTIVE_GONE_SECONDS", 180)
CALL_ANSWER_SECONDS = number("CAREDESK_CALL_ANSWER_SECONDS", 60)
CTI_TOKEN = os.environ.get("CAREDESK_CTI_TOKEN", "")
METRICS_TOKEN = os.environ.get("CAREDESK_METRICS_TOKEN", "")
DEFAULT_REGION = os.environ.get("CAREDESK_REGION", "NL")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"refusals": {"()": "caredesk.logs.WithoutTraceback"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refusals"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"caredesk": {"level": "INFO"}},
}
