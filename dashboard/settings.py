"""Settings. Everything that differs between installations comes from the environment."""

import tomllib

import environ
from csp.constants import NONE, SELF

from dashboard import databases, environment
from dashboard.environment import BASE_DIR
from dashboard.ticks import Every

VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]

# --- This installation -------------------------------------------------------------------------

DATA_DIR = environment.data_dir()
KEYS_DIR = DATA_DIR / "keys"
BIND = environment.bind("TOLLBOOK_BIND", "127.0.0.1:8000")
PUBLIC_URL = environment.public_url("TOLLBOOK_PUBLIC_URL")
IS_HTTPS = PUBLIC_URL.startswith("https://")
TRUSTED_PROXIES = environment.number("TOLLBOOK_TRUSTED_PROXIES", 0, least=0)
WORKER_PROCESSES = environment.number("TOLLBOOK_WORKERS", 2)

TOLLBOOK_CREDENTIAL_KEYS = environment.credential_keys(KEYS_DIR / "credential_keys")
TOLLBOOK_ALLOWED_PRIVATE_NETWORKS = environment.networks("TOLLBOOK_ALLOWED_PRIVATE_NETWORKS")
TOLLBOOK_SITE_REQUESTS_PER_MINUTE = environment.number(
    "TOLLBOOK_SITE_REQUESTS_PER_MINUTE",
    0,
    least=0,  # 0: what suits the kind of site
)
TOLLBOOK_SYNC_SECONDS = environment.number("TOLLBOOK_SYNC_SECONDS", 300)
TOLLBOOK_TIME_ZONE = environment.time_zone("TOLLBOOK_TIME_ZONE")

SECRET_KEY = environment.secret("SECRET_KEY", KEYS_DIR / "secret_key")
DEBUG = environment.flag("DEBUG", default=False)
ALLOWED_HOSTS = environment.allowed_hosts(BIND, PUBLIC_URL)

# --- Application -------------------------------------------------------------------------------

INSTALLED_APPS = [
    "accounts",
    "providers",
    "dashboard",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dashboard.middleware.request_ids",
    "dashboard.middleware.private_pages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.htmx_login",
    "accounts.middleware.preferences",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Storage -----------------------------------------------------------------------------------

DATABASES = {"default": databases.default(DATA_DIR)}

REDIS_URL = environment.text("REDIS_URL")
HAS_OWN_BROKER = not REDIS_URL
BROKER_SOCKET = environment.broker_socket(DATA_DIR)

# Rate limits are counted in the cache. The embedded web server is one process and needs no other.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "tollbook",
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

STATIC_URL = "static/"
STATIC_ROOT = environment.static_root(DATA_DIR)
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# --- Background work ---------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{BROKER_SOCKET}?virtual_host=0"
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,  # longer than any countdown and than the hard time limit
    "socket_timeout": 10,  # without it a silent connection stalls the worker for minutes
    "socket_connect_timeout": 5,
    "health_check_interval": 10,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 2,
    "interval_start": 0,
    "interval_step": 0.2,
    "interval_max": 0.5,
}
CELERY_TASK_IGNORE_RESULT = True  # the state of work lives in our own tables
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 540
CELERY_TASK_TIME_LIMIT = 600
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "dispatch": {
        "task": "providers.tasks.dispatch_due",
        "schedule": Every(30.0),
        "options": {"expires": 25},  # a stopped worker leaves no heap of them
    }
}

# --- People ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts come by invitation
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a changed password or second factor
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a stranger gets no mail, and nobody learns who has one
ACCOUNT_SESSION_REMEMBER = True  # the login page has no box for it
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Tollbook] "
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_ADAPTER = "accounts.two_factor.TwoFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Tollbook"
MFA_TOTP_TOLERANCE = 1  # clocks of phones and servers differ

vars().update(environ.Env.email_url_config(environment.text("EMAIL_URL", "consolemail://")))
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "tollbook@localhost")

# --- Language and time -------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = IS_HTTPS
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- Safety ------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = IS_HTTPS
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = IS_HTTPS and TRUSTED_PROXIES > 0
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # whether other hosts of the domain speak TLS is not ours to decide
    "security.W021",  # nor is a browser's preload list
]

# --- Logs --------------------------------------------------------------------------------------

LOG_LEVEL = environment.text("TOLLBOOK_LOG_LEVEL", "INFO").upper()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "dashboard.redaction.RedactingFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s [%(origin)s] %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "httpx": {"level": "WARNING"},  # it would write the address of each request
        "httpcore": {"level": "WARNING"},  # and the headers of each answer
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},  # a line for each task taken
        "celery.app.trace": {"level": "WARNING"},  # and one for each that went well
    },
}
