"""The application as the fuzzer meets it: all of it, with limits and sign-ins that last a run."""

from datetime import timedelta

from learnquest.wsgi import application

__all__ = ["application"]


def _outlast() -> None:
    # Only now: models cannot be imported before the application stands.
    from accounts import tokens
    from learnquest.core import limits

    # Thousands of requests are the point here; test_limits.py tries the limits themselves.
    limits.LIMITS = dict.fromkeys(limits.LIMITS, limits.Limit())
    tokens.ACCESS_LIFE = timedelta(hours=6)


_outlast()
