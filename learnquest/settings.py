"""Settings, from the environment alone. `.env.example` explains each variable.

Secure by default: nothing set means production rules, and a missing secret stops the start.
"""

import hmac
import sys
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# --- Security ---------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY and DEBUG:
    SECRET_KEY = "django-insecure-for-debugging-on-this-machine-only-0123456789"  # noqa: S105 - DEBUG
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10:
    raise ImproperlyConfigured(
        "SECRET_KEY is missing or too weak: set 50 random characters or more, for example from "
        "python -c 'import secrets; print(secrets.token_urlsafe(64))'."
    )

# Older keys, which are still believed: what they signed and sealed stays good.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
# Other sites' pages that may call the API, with their visitor's cookies: nobody, unless named here
# exactly. Their changes carry the CSRF token too.
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOW_CREDENTIALS = True
CORS_URLS_REGEX = r"^/api/"
CORS_EXPOSE_HEADERS = ["Location", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"]
CSRF_TRUSTED_ORIGINS = [
    *env.list("CSRF_TRUSTED_ORIGINS", default=[]),
    *CORS_ALLOWED_ORIGINS,
]

# Off only where plain HTTP is all there is: on a laptop, or in tests.
HTTPS = env.bool("HTTPS", default=not DEBUG)
# Where the site is, for links in mails: a worker has no request that says so.
_host = next((name for name in ALLOWED_HOSTS if name[:1] not in "*."), "localhost")
SITE_URL = (
    env.str("SITE_URL", default="")
    or (f"https://{_host}" if HTTPS else f"http://{_host}:{env.str('PORT', default='8000')}")
).rstrip("/")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
# How many proxies of ours stand before us, each of which appends to X-Forwarded-For. Without any,
# neither that header nor X-Forwarded-Proto is believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_FAILURE_VIEW = "learnquest.pages.errors.csrf_failure"

# No inline script or style anywhere: what a page needs is a file, or carries the nonce.
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "media-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

# --- Application ------------------------------------------------------------

INSTALLED_APPS = [
    "learnquest.pages",
    "learnquest.demo",
    "reviews",
    "submissions",
    "challenges",
    "goals",
    "leaderboard",
    "ai",
    "accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "corsheaders",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.github",
    "django_htmx",
    "django_tasks_db",
    "ninja",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]
FORM_RENDERER = "learnquest.core.forms.Renderer"

MIDDLEWARE = [
    "learnquest.pages.health.healthz",
    "learnquest.middleware.request_id",
    "corsheaders.middleware.CorsMiddleware",
    "learnquest.pages.errors.api_problems",
    "learnquest.middleware.either_slash",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "learnquest.middleware.nobody_keeps",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "learnquest.middleware.known_devices",
    "learnquest.middleware.SignInRequiredMiddleware",
    "accounts.sessions.last_seen",
    "learnquest.middleware.learners_language_and_zone",
    "learnquest.middleware.LeavingMiddleware",
    "learnquest.middleware.refusals",
    "learnquest.middleware.form_limits",
    "learnquest.middleware.no_nul",
]

ROOT_URLCONF = "learnquest.urls"
WSGI_APPLICATION = "learnquest.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.csp",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "learnquest.pages.context.shell",
            ],
            "builtins": ["learnquest.pages.templatetags.components"],
        },
    },
]

# --- Data -------------------------------------------------------------------

DATABASES: dict[str, Any] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(exist_ok=True)
    _database["OPTIONS"] = {
        # Writers queue at BEGIN instead of failing in the middle of a transaction.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # A pool keeps connections itself, so Django must not.
    _database.setdefault("OPTIONS", {}).pop("pool", None)
    _database["CONN_MAX_AGE"] = 0
    if env.bool("DATABASE_POOL", default=True):
        _database["OPTIONS"]["pool"] = {
            "min_size": 1,
            "max_size": env.int("DATABASE_POOL_SIZE", default=25),
            "timeout": 10,
        }

# What is counted or remembered here, such as a one-time code that was used, holds in all processes.
REDIS_URL = env.str("REDIS_URL", default="")
_DATABASE_CACHE = {
    "BACKEND": "learnquest.core.limits.CountingDatabaseCache",
    "LOCATION": "rate_limits",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}
_REDIS_CACHE = {
    "BACKEND": "learnquest.core.redis_cache.RedisOrDatabaseCache",
    "LOCATION": REDIS_URL,
    # Seconds: a Redis that hangs must not hang us.
    "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
}
CACHES: dict[str, Any] = {
    "default": _REDIS_CACHE if REDIS_URL else _DATABASE_CACHE,
    # Answers while Redis does not.
    "database": _DATABASE_CACHE,
}
SESSION_ENGINE = "django.contrib.sessions.backends." + ("cached_db" if REDIS_URL else "db")

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# --- People -----------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
# The e-mail address is unique without regard to case, by a constraint on Lower("email").
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.BoundedArgon2PasswordHasher",
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "accounts.passwords.MaximumLengthValidator"},
    {"NAME": "accounts.passwords.OwnWordsValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# How long the link of a reset is good, in seconds.
PASSWORD_RESET_TIMEOUT = 60 * 60
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "pages:dashboard"
ACCOUNT_ADAPTER = "accounts.signup.Adapter"
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignUpForm",
    "login": "accounts.forms.SignInForm",
    "add_email": "accounts.forms.ChangeEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_LOGOUT_REDIRECT_URL = "pages:home"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
# All limits stand in learnquest.core.limits; here only what no form asks for: how soon signing in
# again mails another link to an address that is not verified yet.
ACCOUNT_RATE_LIMITS = {
    "change_password": "",
    "confirm_email": "1/3m/key",
    "login": "",
    "login_failed": "",
    "manage_email": "",
    "reauthenticate": "",
    "reset_password": "",
    "reset_password_from_key": "",
    "signup": "",
}
MFA_RATE_LIMITS = False
# One address at a time: a new one counts from when its link was followed.
ACCOUNT_CHANGE_EMAIL = True
# Whoever changes how somebody signs in, confirms first that it is them; good for five minutes.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Tell people by mail when their password, address or second step changes.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_USER_DISPLAY = "accounts.signup.display_name"
# Without a mail server nobody could follow the link, so a laptop does not ask for it.
ACCOUNT_EMAIL_VERIFICATION = env.str(
    "EMAIL_VERIFICATION", default="mandatory" if env.str("EMAIL_URL", default="") else "none"
)
# A second step locks others out, so the address must be the learner's own where mails are sent.
MFA_ALLOW_UNVERIFIED_EMAIL = ACCOUNT_EMAIL_VERIFICATION != "mandatory"
MFA_ADAPTER = "accounts.factors.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "LearnQuest"
MFA_FORMS = {
    "activate_totp": "accounts.forms.ActivateCodesForm",
    "authenticate": "accounts.forms.SecondStepForm",
    "reauthenticate": "accounts.forms.ConfirmByCodeForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
}
# A session ends two weeks after its last use, and in any case some time after its beginning.
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
SESSION_LONGEST_DAYS = env.int("SESSION_LONGEST_DAYS", default=30)

# Signing in through others: each is there only with its keys.
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}


def _offer(provider: str, *, scope: list[str], origin: str, client_id: str, secret: str) -> None:
    if client_id and secret:
        SOCIALACCOUNT_PROVIDERS[provider] = {
            "APPS": [{"client_id": client_id, "secret": secret, "key": ""}],
            "SCOPE": scope,
            "OAUTH_PKCE_ENABLED": True,
        }
        # The button is a form of ours, whose answer leads there.
        SECURE_CSP["form-action"].append(origin)


_offer(
    "google",
    scope=["profile", "email"],
    origin="https://accounts.google.com",
    client_id=env.str("GOOGLE_CLIENT_ID", default=""),
    secret=env.str("GOOGLE_CLIENT_SECRET", default=""),
)
_offer(
    "github",
    scope=["user:email"],
    origin="https://github.com",
    client_id=env.str("GITHUB_CLIENT_ID", default=""),
    secret=env.str("GITHUB_CLIENT_SECRET", default=""),
)
SOCIALACCOUNT_ADAPTER = "accounts.providers.Adapter"
# Somebody else's word for an address opens no account that is there already.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_FORMS = {"signup": "accounts.forms.ProviderSignUpForm"}
# Shows the demo accounts, whose password everybody knows, on the sign-in page.
DEMO = env.bool("DEMO", default=False)
# Whether the administration asks staff for a passkey or an authenticator app beside the password.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not DEMO)
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"

# Signs access tokens. Older keys stay valid while they are listed: "new:secret,old:secret". Unset,
# one is made of SECRET_KEY, which itself signs other things.
JWT_KEYS: dict[str, str] = dict(
    pair.strip().split(":", 1) for pair in env.list("JWT_KEYS", default=[])
) or {"main": hmac.digest(SECRET_KEY.encode(), b"access tokens", "sha256").hex()}
if any(len(key) < 32 for key in JWT_KEYS.values()):
    raise ImproperlyConfigured("Each key in JWT_KEYS needs 32 characters or more.")
# Who an access token says made it; where several sites share a key, each needs its own name.
JWT_ISSUER = env.str("JWT_ISSUER", default="learnquest")

# Signs badges that learners take elsewhere: an RSA key in PEM, its line breaks as "\\n" if need be.
# Unset, one is made when it is first needed and kept in the database, encrypted.
BADGE_SIGNING_KEY = env.str("BADGE_SIGNING_KEY", default="")

# --- Mail -------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="LearnQuest <learnquest@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Who is told when something is wrong with the site itself, such as a ledger that does not add up.
ADMINS = env.list("ADMINS", default=[])


def _mailer() -> dict[str, Any]:
    """Return Django's mailer for EMAIL_URL, or one that writes each mail to a file."""
    if not env.str("EMAIL_URL", default=""):
        return {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(VAR_DIR / "mail")},
        }
    parts = env.email_url("EMAIL_URL")
    if not parts["EMAIL_BACKEND"].endswith("smtp.EmailBackend"):
        return {"BACKEND": parts["EMAIL_BACKEND"]}
    return {
        "BACKEND": parts["EMAIL_BACKEND"],
        "OPTIONS": {
            "host": parts["EMAIL_HOST"],
            "port": parts["EMAIL_PORT"] or 25,
            "username": parts["EMAIL_HOST_USER"] or "",
            "password": parts["EMAIL_HOST_PASSWORD"] or "",
            "use_tls": parts.get("EMAIL_USE_TLS", False),
            "use_ssl": parts.get("EMAIL_USE_SSL", False),
            "timeout": 10,
        },
    }


MAILERS = {"default": _mailer()}

# How long the audit log is kept.
AUDIT_DAYS = env.int("AUDIT_DAYS", default=365)

# --- AI ---------------------------------------------------------------------

# False sends nothing to any model server; the built-in offline coach answers.
AI_ENABLED = env.bool("AI_ENABLED", default=True)
OPENAI_API_KEY = env.str("OPENAI_API_KEY", default="")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", default="")
AI_MODEL = env.str("AI_MODEL", default="gpt-5-mini")
# Another model for one purpose.
AI_MODELS = {
    "plan": env.str("AI_MODEL_PLAN", default=""),
    "vary": env.str("AI_MODEL_VARY", default=""),
    "replan": env.str("AI_MODEL_REPLAN", default=""),
    "feedback": env.str("AI_MODEL_FEEDBACK", default=""),
    "explain": env.str("AI_MODEL_EXPLAIN", default=""),
    "hint": env.str("AI_MODEL_HINT", default=""),
    "review": env.str("AI_MODEL_REVIEW", default=""),
}
AI_API = env.str("AI_API", default="responses")  # or "chat", for servers without Responses
AI_STREAM = env.bool("AI_STREAM", default=True)
AI_TIMEOUT_SECONDS = env.float("AI_TIMEOUT_SECONDS", default=60)
AI_CONNECT_TIMEOUT_SECONDS = env.float("AI_CONNECT_TIMEOUT_SECONDS", default=5)
# For one answer in all, retries and repair included: a slow drip ends here.
AI_DEADLINE_SECONDS = env.float("AI_DEADLINE_SECONDS", default=120)
AI_RETRIES = env.int("AI_RETRIES", default=2)
# After so many failures in a row nobody asks for a while, save one probe at a time.
AI_BREAKER_FAILURES = env.int("AI_BREAKER_FAILURES", default=5)
AI_BREAKER_SECONDS = env.int("AI_BREAKER_SECONDS", default=30)
# How many days answers are kept to be given again, by purpose.
AI_CACHE_DAYS: dict[str, int] = {
    **dict.fromkeys(AI_MODELS, 30),
    "explain": 90,
    **env.dict("AI_CACHE_DAYS", cast={"value": int}, default={}),
}
# What a million tokens cost, in and out: "gpt-5-mini=0.25/2.00,other=1/4". "*" is for the rest.
AI_PRICES = env.dict("AI_PRICES", default={"gpt-5-mini": "0.25/2.00"})


def _allowance(text: str) -> dict[str, float]:
    """Read calls, tokens and cost (in the currency of AI_PRICES); what is left out is free."""
    parts = text.split(",")
    return {key.strip(): float(value) for key, _, value in (p.partition("=") for p in parts) if key}


AI_BUDGETS = {
    # A day, by role.
    "learner": _allowance(env.str("AI_BUDGET_LEARNER", default="calls=100,tokens=1000000,cost=1")),
    "moderator": _allowance(
        env.str("AI_BUDGET_MODERATOR", default="calls=200,tokens=2000000,cost=2")
    ),
    "admin": _allowance(env.str("AI_BUDGET_ADMIN", default="calls=500,tokens=5000000,cost=5")),
    # Of all together.
    "site_day": _allowance(env.str("AI_BUDGET_SITE_DAY", default="cost=20")),
    "site_month": _allowance(env.str("AI_BUDGET_SITE_MONTH", default="cost=300")),
}
# Whether the offline coach answers when a budget is used up.
AI_OFFLINE_FALLBACK = env.bool("AI_OFFLINE_FALLBACK", default=True)
# Who gets a mail when calls fail or money goes; the log tells it in any case.
AI_ALERT_MAIL = env.list("AI_ALERT_MAIL", default=[])
AI_ALERT_FAILURES = env.float("AI_ALERT_FAILURES", default=0.3)  # share of an hour's calls
AI_ALERT_SPEND = env.float("AI_ALERT_SPEND", default=0.8)  # share of a site's budget

# --- Language and time ------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- Files ------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# What learners upload: a folder here, or a bucket that answers nobody but us.
S3_BUCKET = env.str("S3_BUCKET", default="")
STORAGES: dict[str, dict[str, Any]] = {
    "default": (
        {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": S3_BUCKET,
                "endpoint_url": env.str("S3_ENDPOINT_URL", default="") or None,
                "region_name": env.str("S3_REGION", default="") or None,
                "access_key": env.str("S3_ACCESS_KEY", default="") or None,
                "secret_key": env.str("S3_SECRET_KEY", default="") or None,
                "default_acl": None,
                "file_overwrite": False,
                "querystring_auth": True,
                "querystring_expire": 60,
                "max_memory_size": 12 * 1024 * 1024,
            },
        }
        if S3_BUCKET
        else {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    ),
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
MEDIA_ROOT = VAR_DIR / "media"
FILE_UPLOAD_HANDLERS = [
    "learnquest.core.uploads.CappedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Reviews ----------------------------------------------------------------

# How many works with known marks come before a new reviewer's first peer; 0 for none.
REVIEW_TRAINING_FIRST = env.int("REVIEW_TRAINING_FIRST", default=2)
# About each how many-th review is of a known work without saying so; 0 for none.
REVIEW_KNOWN_EVERY = env.int("REVIEW_KNOWN_EVERY", default=12)
# Who gave more reviews than they owe is asked when others have had so many hours; 0 asks at once.
REVIEW_OTHERS_FIRST_HOURS = env.int("REVIEW_OTHERS_FIRST_HOURS", default=16)
# Who gave back so many works within 24 hours waits for new ones; 0 for no limit.
REVIEW_GIVE_BACKS_A_DAY = env.int("REVIEW_GIVE_BACKS_A_DAY", default=3)

# --- Operations -------------------------------------------------------------

METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# How long a task may wait for a worker before /readyz says so.
WORKER_SILENCE_SECONDS = env.int("WORKER_SILENCE_SECONDS", default=120)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "learnquest.core.logs.RequestIdFilter"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        },
        "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["request_id"],
            "formatter": "json" if env.bool("LOG_JSON", default=not DEBUG) else "plain",
        }
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # A page that is not there is the visitor's news, and the access log has it.
        "django.request": {"level": "ERROR"},
        # Whatever LOG_LEVEL says: what matters to security is always told.
        "audit": {"level": "INFO"},
        "httpx2": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}

SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    import sentry_sdk

    sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False)

if DEBUG and env.bool("DEBUG_TOOLBAR", default=False) and "pytest" not in sys.modules:
    INSTALLED_APPS.append("debug_toolbar")
    MIDDLEWARE.insert(0, "debug_toolbar.middleware.DebugToolbarMiddleware")
    INTERNAL_IPS = ["127.0.0.1"]
