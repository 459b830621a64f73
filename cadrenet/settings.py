"""Settings of the whole project, read from the environment.

On its own, with nothing set, the project is refused a start: a server that runs with a default secret is
worse than one that does not run. ``./run`` sets what a trial needs, ``.env`` holds what an office decided.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def required(name, advice):
    """Return a setting without which a production server must not start."""
    value = env(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {advice}")
    return value


DEBUG = env.bool("DEBUG", default=False)

SECRET_KEY = (
    env("SECRET_KEY", default="for-a-trial-on-one-machine-only-" + "0" * 40)
    if DEBUG
    else required(
        "SECRET_KEY",
        "Set it in the environment or in .env to a long random text, for example the output of "
        '`python3 -c "import secrets; print(secrets.token_urlsafe(50))"`.',
    )
)
ALLOWED_HOSTS = (
    env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
    if DEBUG
    else required(
        "ALLOWED_HOSTS",
        "Set it to the names under which people reach the server, for example ALLOWED_HOSTS=cadrenet.example.vn.",
    ).split(",")
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "cadrenet",
    "assignments",
    "meetings",
    "reports",
    "cadrenet.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_bootstrap5",
    "crispy_forms",
    "csp",
    "django_filters",
    "django_htmx",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Static files are answered by the one before: they are public, and not worth a line each.
    "cadrenet.middleware.RequestMiddleware",
    "cadrenet.middleware.PrivacyMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "cadrenet.nonsense.NonsenseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "cadrenet.middleware.LanguageMiddleware",
    "cadrenet.middleware.QueryTextMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "assignments.login.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    # Last, because it calls the view.
    "assignments.receipts.ReceiptMiddleware",
]

ROOT_URLCONF = "cadrenet.urls"
WSGI_APPLICATION = "cadrenet.wsgi.application"

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
                "assignments.navigation.navigation",
            ]
        },
    }
]

# --- Database: SQLite unless told otherwise -------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Django's own defaults fail a third and more of concurrent writes with "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;",
    }
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"]["OPTIONS"] = {
        # A machine that is gone is noticed within seconds, and not when the operating system gives up.
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        # PostgreSQL takes our longer queries for expensive ones and compiles them first: 60 of 90 ms went into that.
        "options": "-c jit=off",
        **DATABASES["default"].get("OPTIONS", {}),
    }
# What a page waits for at most; commands and imports wait as long as it takes.
PAGE_STATEMENT_SECONDS = env.int("PAGE_STATEMENT_SECONDS", default=15)
PAGE_LOCK_SECONDS = env.int("PAGE_LOCK_SECONDS", default=10)
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Counters that lock a login after repeated failures are shared by all workers, so not in memory.
CACHES = {"default": env.cache("CACHE_URL", default="dbcache://cadrenet_cache" if not DEBUG else "locmemcache://")}
# What every page shows and what changes once in years may be a minute old, and is kept by each worker for itself.
CACHES["worker"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "TIMEOUT": 60}

# --- Who may come in ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "assignments.User"
AUTHENTICATION_BACKENDS = ["assignments.backends.ServingBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "assignments.login.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "30/m/ip,5/10m/key"}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
# A login costs far more than a page, and evenings are short: a phone stays signed in for two weeks.
SESSION_COOKIE_AGE = 14 * 24 * 3600
# Whoever may open the administration signs in anew each day, and after an hour in which nothing was asked for.
STAFF_SESSION_AGE = 12 * 3600
STAFF_SESSION_IDLE = 3600

MFA_ADAPTER = "assignments.login.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "cadrenet"
# The clocks of cheap phones are off by half a minute.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TRUST_ENABLED = True
MFA_TRUST_COOKIE_AGE = 14 * 24 * 3600
# An address of e-mail proves nothing here: the office's administrator gave out the login.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# --- Language, time, numbers ----------------------------------------------------------------------------

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English"), ("es", "Español")]
# The second holds better words for texts of the libraries; makemessages leaves it alone.
LOCALE_PATHS = [BASE_DIR / "cadrenet" / "locale", BASE_DIR / "cadrenet" / "locale_of_libraries"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
# Django's Vietnamese formats lack grouping and read 05/06 as the sixth of May.
FORMAT_MODULE_PATH = ["cadrenet.formats"]
USE_THOUSAND_SEPARATOR = False

# --- Pages ------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "cadrenet.static_files.StaticFilesStorage"
    },
}
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FORM_RENDERER = "cadrenet.widgets.Renderer"
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
# What no page here uses is refused to whatever might get into one; keys of a device are for the sign-in.
PERMISSIONS_POLICY = ", ".join(
    [f"{name}=()" for name in ["camera", "display-capture", "geolocation", "microphone", "payment", "usb"]]
    + [f"{name}=(self)" for name in ["publickey-credentials-create", "publickey-credentials-get"]]
)
SECURE_REFERRER_POLICY = "same-origin"

# A proxy in front ends TLS. BEHIND_TLS=0 is for a trial of the production server on one machine.
BEHIND_TLS = env.bool("BEHIND_TLS", default=not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = BEHIND_TLS
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
# Whoever has staff rights shows a second step at sign-in; everybody else may.
TWO_STEPS_REQUIRED = env.bool("TWO_STEPS_REQUIRED", default=BEHIND_TLS)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEHIND_TLS
# Behind the proxy all come from its address; the locks after failed logins ask for the one before it.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_TLS else 0

# --- Uploads ------------------------------------------------------------------------------------------------

DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- What is written down -------------------------------------------------------------------------------------

# Mail goes out only where EMAIL_URL says how. What went wrong is written to ADMINS.
vars().update(env.email("EMAIL_URL", default="dummymail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("SERVER_EMAIL", default="cadrenet@localhost")
EMAIL_SUBJECT_PREFIX = "[cadrenet] "
ADMINS = [("", address) for address in env.list("ADMINS", default=[])]

# A trial's terminal is read by somebody who develops; a server's journal by whoever looks for something.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "cadrenet.logs.JsonFormatter"},
        "mail": {"()": "cadrenet.logs.MailFormatter"},
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "filters": {"without_address": {"()": "cadrenet.logs.WithoutAddress"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line" if DEBUG else "json"},
        "mail": {"class": "cadrenet.logs.MailHandler", "level": "ERROR", "formatter": "mail"},
    },
    "root": {"handlers": ["stderr", "mail"], "level": env("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "cadrenet": {"level": "WARNING" if DEBUG else "INFO"},
        # Or Django's own would mail each fault each time, with cookies and all that was typed.
        "django": {"handlers": []},
        # What was answered stands in the line of the request.
        "django.request": {"level": "ERROR", "filters": ["without_address"]},
        # What visitors do wrong is written down, and nobody is woken for it.
        "django.security": {"handlers": ["stderr"], "propagate": False},
        "django.security.csrf": {"filters": ["without_address"]},
    },
}
