"""Settings for the tests: the real ones, with fast passwords and mail kept in memory."""

import os

os.environ.setdefault("SECRET_KEY", "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF")
os.environ.setdefault("HTTPS", "false")
# Tests decide themselves whether a model server is there, and who else lets people in.
for name in (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "GOOGLE_CLIENT_ID",
    "GITHUB_CLIENT_ID",
):
    os.environ[name] = ""

from learnquest.settings import *  # noqa: E402, F403
from learnquest.settings import DATABASES, STORAGES, VAR_DIR  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Each client of a test looks through this folder, which is large where `make run` has filled it.
STATIC_ROOT = VAR_DIR / "no-static"
# The tests of accounts.staff switch it on.
STAFF_SECOND_FACTOR = False
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, since the browser's tests are served by threads with connections of their own.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    )
# Each test closes its connections; a pool would keep the test database open.
DATABASES["default"].get("OPTIONS", {}).pop("pool", None)
ALLOWED_HOSTS = ["*"]
# Tests that tell of practice, and of who is asked first, turn it on.
REVIEW_TRAINING_FIRST = REVIEW_KNOWN_EVERY = REVIEW_OTHERS_FIRST_HOURS = 0
