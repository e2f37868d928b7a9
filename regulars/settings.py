"""Django's settings; importing them starts nothing. What a retailer sets comes from `REGULARS_…` variables."""

from pathlib import Path
from urllib.parse import urlsplit

from regulars import database, rooms, variables
from regulars.web.backoffice.unfold import UNFOLD, UNFOLD_SMARTCOMMS  # noqa: F401

HERE = Path(__file__).resolve().parent
IS_DEMO = variables.text("REGULARS_DEMO") == "1"
REGULARS_IS_TEST = IS_DEMO
DEMO_SOURCE = variables.text("REGULARS_DEMO_SOURCE")
SYSTEMS = set(variables.listed("REGULARS_SYSTEMS"))
PUBLIC_ADDRESS = variables.text("REGULARS_PUBLIC_ADDRESS").rstrip("/")
_SISTER = variables.find("REGULARS_SISTER_ADDRESS")
SISTER_ADDRESS = (PUBLIC_ADDRESS if _SISTER is None and len(SYSTEMS) > 1 else _SISTER or "").rstrip("/")
SECRET_KEY = database.secret()
SECRET_KEY_FALLBACKS = variables.listed("REGULARS_SECRET_KEY_FALLBACKS")
SISTER_KEY = variables.text("REGULARS_SISTER_KEY") or f"together:{SECRET_KEY}"
# What carries Loyalty's news to Smart Communications: RabbitMQ if it has an address, else parcels in a folder. Both names
# are `None` when nobody chose them: then, together, they follow the database (see regulars/loyalty/sync/carriers.py).
RABBITMQ_URL = variables.text("RABBITMQ_URL")
RABBITMQ_PREFIX = variables.find("REGULARS_RABBITMQ_PREFIX")
EXCHANGE_FOLDER = variables.find("REGULARS_EXCHANGE_FOLDER")
EXCHANGE_HOUR = int(variables.number("REGULARS_EXCHANGE_HOUR"))
EXCHANGE_EVERY_S = variables.number("REGULARS_EXCHANGE_EVERY_S")
REQUESTS_PER_KEY = variables.number("REGULARS_REQUESTS_PER_KEY")
CODES_PER_HOUR = int(variables.number("REGULARS_CODES_PER_HOUR"))
CODES_PER_ADDRESS = int(variables.number("REGULARS_CODES_PER_ADDRESS"))
METRICS_TOKEN = variables.text("REGULARS_METRICS_TOKEN")
SANDBOX_RECORD = variables.text("REGULARS_SANDBOX_RECORD")
SANDBOX_MAIL_RECORD = variables.text("REGULARS_SANDBOX_MAIL_RECORD")  # empty: beside the other record

DEBUG = False
ALLOWED_HOSTS = [
    *variables.listed("REGULARS_HOSTS"),
    *{urlsplit(PUBLIC_ADDRESS).hostname or "", "127.0.0.1", "localhost", "[::1]"},
]
USE_X_FORWARDED_HOST = False
PROXIES = variables.listed("REGULARS_PROXIES")
ROOT_URLCONF = "regulars.urls"
WSGI_APPLICATION = "regulars.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "access.Employee"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/backoffice/" if "loyalty" in SYSTEMS else "/smartcomms/"
APPEND_SLASH = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django_htmx",
    *rooms.INSTALLED,
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "regulars.web.shell.proxies.Proxies",
    "regulars.api.middleware.ApiProblems",
    "regulars.web.shell.asked.Asked",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "regulars.web.shell.schema.SchemaIsCurrent",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "regulars.web.staff.second_factor.SecondFactor",
    "regulars.web.shell.middleware.ContentSecurity",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "web" / "backoffice" / "instead"],  # what stands instead of Unfold's own templates
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "regulars.web.shell.context.shell",
            ]
        },
    }
]
DATABASES = {"default": database.settings()}

# Employees sign in by allauth: a password and a second factor. Members have nothing to do with it.
SECOND_FACTOR_REQUIRED = not IS_DEMO
ACCOUNT_ADAPTER = "regulars.web.staff.adapters.SignIn"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_FORMS = {"login": "regulars.web.staff.forms.SignInForm"}
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/5m/ip,5/5m/key", "reauthenticate": "20/5m/user"}
MFA_ADAPTER = "regulars.web.staff.adapters.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "regulars.web.staff.forms.CodeForm",
    "reauthenticate": "regulars.web.staff.forms.CodeAgainForm",
    "activate_totp": "regulars.web.staff.forms.AppForm",
}
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "access_remembered",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский")]
LOCALE_PATHS = [HERE / "web" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = variables.text("REGULARS_STATIC_ROOT") or None
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_ADDRESS.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_ADDRESS]
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LOGGING_CONFIG = "regulars.kit.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "regulars.kit.logs.Lines", "form": variables.text("REGULARS_LOG_FORMAT")}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # What these have to say at each attempt, publisher and bus say once in our words.
    "loggers": {
        "aiormq": {"level": "CRITICAL"},
        "aio_pika": {"level": "CRITICAL"},
        "django": {"handlers": [], "level": "NOTSET", "propagate": True},
        "_granian": {"handlers": [], "level": "WARNING", "propagate": True},
    },
    "root": {"handlers": ["stderr"], "level": variables.text("REGULARS_LOG_LEVEL") or "WARNING"},
}
