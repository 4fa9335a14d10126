"""One settings module, driven by the environment; `config/checks.py` refuses unsafe combinations.

APP_ENV is `development` (default), `test` or `production`. Without DATABASE_URL the management
command starts the embedded servers and sets it before this module is read.
"""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF

from config import env

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))

TESTING = "pytest" in sys.modules
APP_ENV = env.text("APP_ENV", "test" if TESTING else "development")
PRODUCTION = APP_ENV == "production"
DEBUG = env.flag("DEBUG", default=False)

DEVELOPMENT_SECRET_KEY = "development-only-secret-key-never-used-in-production-0123456789"  # noqa: S105
SECRET_KEY = env.text("SECRET_KEY", "" if PRODUCTION else DEVELOPMENT_SECRET_KEY)
FIELD_KEYS = env.words("FIELD_KEYS") or ([] if PRODUCTION else ["1:" + "ab" * 32])
REPORTER_KEYS = env.words("REPORTER_KEYS") or ([] if PRODUCTION else ["1:" + "ef" * 32])
BLIND_INDEX_KEY = env.text("BLIND_INDEX_KEY", "" if PRODUCTION else "cd" * 32)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "*")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
DEFAULT_BUREAU = env.text("DEFAULT_BUREAU", "wushan")
PUBLIC_BASE_URL = env.text("PUBLIC_BASE_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_celery_beat",
    "django_htmx",
    "axes",
    "csp",
    "pgtrigger",
    "accounts",
    "casework",
    "fieldwork",
    "institutions",
    "inspections",
    "burden",
    "draws",
    "penalties",
    "measures",
    "complaints",
    "monitors",
    "schools",
    "funds",
    "blacklist",
    "reports",
    "config.apps.ConfigConfig",
]

MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "accounts.middleware.BureauMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionGuardMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "casework.middleware.AuditContextMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

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
                "config.context.shell",
            ],
        },
    }
]

DATABASES = {"default": env.database(env.text("DATABASE_URL", "postgres://app@127.0.0.1:5432/supervision"))}
OWNER_COMMANDS = {"migrate", "grant_app_role"}
if env.text("DATABASE_OWNER_URL") and OWNER_COMMANDS.intersection(sys.argv):
    DATABASES["default"] = env.database(env.text("DATABASE_OWNER_URL"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "supervision",
    },
    # Finished public pages, in the process that serves them: keys carry the data version, nothing is shared.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.ActiveUserBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.validators.MixedCharactersValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
AXES_IPWARE_PROXY_COUNT = TRUSTED_PROXIES or None

IDLE_TIMEOUT_SECONDS = env.number("IDLE_TIMEOUT_SECONDS", 30 * 60)
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION and env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Picture tiles of the public map, e.g. https://tiles.example/{z}/{x}/{y}.png; empty means none.
MAP_TILES_URL = env.text("MAP_TILES_URL")
TILE_SOURCES = ["{0.scheme}://{0.netloc}".format(urlsplit(MAP_TILES_URL))] if MAP_TILES_URL else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *TILE_SOURCES],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "base-uri": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
NODE_MODULES = Path(env.text("NODE_MODULES", str(BASE_DIR / "node_modules")))
STATICFILES_DIRS = [BASE_DIR / "static"] + [
    (prefix, path)
    for prefix, path in (
        ("vendor", VAR_DIR / "vendor"),
        ("icons", VAR_DIR / "icons"),
    )
    if path.is_dir()
]
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR_DIR / "media")},
    },
    "sealed": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(VAR_DIR / "sealed")},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage",
    },
}
DOCUMENT_FONT_DIR = Path(env.text("DOCUMENT_FONT_DIR", str(VAR_DIR / "fonts")))
# The bureau's own gateway for text messages to families; empty: links are handed over at the desk.
FAMILY_SMS_URL = env.text("FAMILY_SMS_URL", "")
FAMILY_SMS_TOKEN = env.text("FAMILY_SMS_TOKEN", "")
EXCHANGE_DIR = Path(env.text("EXCHANGE_DIR", str(VAR_DIR / "exchange")))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_MAX_BYTES = env.number("UPLOAD_MAX_BYTES", 20 * 1024 * 1024)
# Iterations of one try of the public door's proof of work; a phone makes 256 tries on average.
REPORT_WORK_COST = env.number("REPORT_WORK_COST", 20 if TESTING else 1000)
SHEET_MAX_BYTES = env.number("SHEET_MAX_BYTES", 50 * 1024 * 1024)

CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 900
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_TASK_ALWAYS_EAGER = TESTING
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
        "rest_framework.parsers.FormParser",
    ],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": env.text("API_ANON_RATE", "300/minute")},
    "EXCEPTION_HANDLER": "config.api.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "校外培训监管开放接口",
    "DESCRIPTION": "机构、名单的公开数据与交换接口。公开数据无需密钥。",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
}

SILENCED_SYSTEM_CHECKS = ["axes.W003"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.JsonFormatter"}},
    "filters": {"request_id": {"()": "config.logs.RequestIdFilter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id"],
        }
    },
    "root": {
        "handlers": ["console"],
        "level": env.text("LOG_LEVEL", "WARNING" if not PRODUCTION else "INFO"),
    },
    # At DEBUG the picture library writes every EXIF tag of a reporter's photo: device, serial number, position.
    "loggers": {"PIL": {"level": "INFO"}},
}
