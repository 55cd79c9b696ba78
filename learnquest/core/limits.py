"""How often somebody may do something: one table, for the API and for the browser's forms.

Counts hold across processes: in Redis where it is set, else in a table of the database. An
address is counted first, so that whoever is stopped there uses up nobody's account.
"""

import base64
import ipaddress
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_ratelimit.core import get_usage

from learnquest.core.errors import Limited


@dataclass(frozen=True)
class Limit:
    """Counts per period: "5/m", "20/10m", "100/h"; "" counts nothing.

    `here` counts one account from one address, `account` the account from everywhere: a stranger
    who guesses from one place is stopped long before they lock out the owner.
    """

    address: str = ""
    here: str = ""
    account: str = ""


LIMITS = {
    # A whole school may come from one address. An account is whom the request names, before
    # sign-in, and who is signed in, after it.
    "sign-in": Limit(address="100/5m", here="20/5m", account="100/h"),
    "second-factor": Limit(address="30/5m", here="5/5m", account="20/h"),
    "register": Limit(address="100/h", account="5/h"),
    "refresh": Limit(address="300/m"),
    "reset": Limit(address="30/h", account="5/h"),
    "verification-mail": Limit(address="20/h", account="10/h"),
    # Password, address and factors of somebody who is signed in, and proving who they are again.
    "credentials": Limit(address="60/10m", account="20/10m"),
    "picture": Limit(account="20/h"),
    "ai": Limit(account="30/10m"),
    "submission": Limit(account="60/h"),
    # Requests with files; a picture or a PDF takes a second to be made safe.
    "attachment": Limit(account="60/10m"),
    "review": Limit(account="120/h"),
    # Pages save by themselves, at most once a second and in several tabs.
    "draft": Limit(account="180/m"),
    "report": Limit(address="60/h", account="20/h"),
}

# Which limit each form of the pages counts under, by the name of its URL, and the field that names
# the account where nobody is signed in.
FORMS = {
    "account_login": ("sign-in", "login"),
    "account_signup": ("register", "email"),
    "account_reset_password": ("reset", "email"),
    "account_reset_password_from_key": ("reset", ""),
    "account_confirm_email": ("verification-mail", ""),
    "account_email_verification_sent": ("verification-mail", ""),
    "account_email": ("verification-mail", ""),
    "account_change_password": ("credentials", ""),
    "account_set_password": ("credentials", ""),
    "account_reauthenticate": ("credentials", ""),
    "account_confirm_login_code": ("second-factor", ""),
    "mfa_authenticate": ("second-factor", ""),
    "mfa_reauthenticate": ("second-factor", ""),
    "mfa_login_webauthn": ("sign-in", ""),
    "mfa_reauthenticate_webauthn": ("credentials", ""),
    "mfa_activate_totp": ("credentials", ""),
    "mfa_deactivate_totp": ("credentials", ""),
    "mfa_generate_recovery_codes": ("credentials", ""),
    "mfa_add_webauthn": ("credentials", ""),
    "mfa_edit_webauthn": ("credentials", ""),
    "mfa_remove_webauthn": ("credentials", ""),
    "pages:set_picture": ("picture", ""),
    "pages:delete_account": ("credentials", ""),
    "challenges:request_plan": ("ai", ""),
    "challenges:retry_plan": ("ai", ""),
    "challenges:vary_proposal": ("ai", ""),
    "challenges:request_replan": ("ai", ""),
    "challenges:retry_replan": ("ai", ""),
    "ai:retry_explanation": ("ai", ""),
    "reviews:check": ("ai", ""),
    "reviews:retry_feedback": ("ai", ""),
    "submissions:save": ("draft", ""),
    "reviews:hand_in": ("submission", ""),
    "reviews:next": ("review", ""),
    "reviews:save": ("draft", ""),
    "reviews:send": ("review", ""),
    "moderation:report": ("report", ""),
}


@dataclass(frozen=True)
class Usage:
    """What is left of one limit. `policy` is its name in the answer's headers."""

    policy: str
    quota: int
    window: int
    left: int
    seconds: int

    @property
    def is_over(self) -> bool:
        return self.left < 0


def limit(request: HttpRequest, name: str, *, account: object = None) -> None:
    """Count one use of `name`, by address and by `account`, or by who is signed in.

    Raises Limited, with the wait, beyond what `LIMITS` allows. What is left stands on the request
    for `headers_of`.
    """
    user = getattr(request, "user", None)
    if account is None and user is not None and user.is_authenticated:
        account = user.pk
    for usage in _count(request, name, account):
        _usages(request).append(usage)
        if usage.is_over:
            raise Limited(_wait(usage.seconds), retry_after=usage.seconds)


def headers_of(request: HttpRequest) -> dict[str, str]:
    """Return the fields of draft-ietf-httpapi-ratelimit-headers-10 for what was counted."""
    usages = _usages(request)
    if not usages:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{u.policy}";q={u.quota};w={u.window}' for u in usages),
        "RateLimit": ", ".join(f'"{u.policy}";r={max(0, u.left)};t={u.seconds}' for u in usages),
    }


def client_ip(request: HttpRequest) -> str:
    """Return the client's address.

    Behind TRUSTED_PROXIES proxies of ours, each of which appends who connected to it, it is the
    entry which the outermost of them wrote: what a client sends of its own stands before that.
    """
    hops = settings.TRUSTED_PROXIES
    forwarded = request.headers.get("X-Forwarded-For", "").split(",") if hops else []
    if len(forwarded) >= hops > 0:
        found = _address(forwarded[-hops])
        if found:
            return found
    return _address(str(request.META.get("REMOTE_ADDR") or ""))


def _address(text: str) -> str:
    """Return an IP address in its usual form, without a port, or "" for what is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _network(address: str) -> str:
    """Return what one client is counted by: with IPv6 a whole /64 is theirs."""
    if ":" not in address:
        return address
    return str(ipaddress.IPv6Network((address.partition("%")[0], 64), strict=False))


def _count(request: HttpRequest, name: str, account: object) -> Iterator[Usage]:
    rates = LIMITS[name]
    address = _network(client_ip(request))
    who = str(account).strip().lower() if account is not None else ""
    for part, rate, key in (
        ("address", rates.address, address),
        ("here", rates.here, f"{who} {address}" if who else ""),
        ("account", rates.account, who),
    ):
        if rate and key:
            yield _use(request, f"{name}/{part}", rate, key)


def _use(request: HttpRequest, policy: str, rate: str, key: str) -> Usage:
    used = get_usage(request, group=policy, key=lambda *_: key, rate=rate, increment=True)
    quota, window = _parse(rate)
    if used is None or not used["limit"]:
        # Counts are switched off, or the store lost this one: the next request counts again. (A
        # time left below zero does not say so: the period can end while the use is counted.)
        return Usage(policy, quota, window, quota if used is None else -1, 1)
    return Usage(policy, quota, window, quota - used["count"], max(1, int(used["time_left"])))


def _parse(rate: str) -> tuple[int, int]:
    count, _slash, period = rate.partition("/")
    unit = {"s": 1, "m": 60, "h": 3600, "d": 86400}[period[-1]]
    return int(count), int(period[:-1] or 1) * unit


def _usages(request: HttpRequest) -> list[Usage]:
    found: list[Usage] = request.__dict__.setdefault("rate_limit_usages", [])
    return found


def _wait(seconds: int) -> str:
    if seconds < 90:
        return ngettext(
            "That was too often in a short time. Wait %(n)d second and try again.",
            "That was too often in a short time. Wait %(n)d seconds and try again.",
            seconds,
        ) % {"n": seconds}
    return _("That was too often in a short time. Wait %(n)d minutes and try again.") % {
        "n": -(-seconds // 60)
    }


class CountingDatabaseCache(DatabaseCache):
    """Django's cache in the database, with an `incr` that loses no count and keeps its expiry."""

    _table: str

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        key = self.make_and_validate_key(key, version=version)
        database = router.db_for_write(self.cache_model_class)
        connection = connections[database]
        table = connection.ops.quote_name(self._table)
        # The row's lock makes others wait; SQLite has one writer at a time anyway.
        lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
        with transaction.atomic(using=database), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT value FROM {table} WHERE cache_key = %s AND expires >= %s{lock}",  # noqa: S608
                [key, self._now(connection)],
            )
            row = cursor.fetchone()
            if row is None:
                raise ValueError(f"Key {key!r} not found")
            count = int(pickle.loads(base64.b64decode(row[0]))) + delta  # noqa: S301 - our own
            value = base64.b64encode(pickle.dumps(count, self.pickle_protocol)).decode()
            cursor.execute(
                f"UPDATE {table} SET value = %s WHERE cache_key = %s",  # noqa: S608
                [value, key],
            )
        return count

    def clear_expired(self) -> int:
        """Delete what has expired; returns how many rows."""
        connection = connections[router.db_for_write(self.cache_model_class)]
        table = connection.ops.quote_name(self._table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table} WHERE expires < %s",  # noqa: S608
                [self._now(connection)],
            )
            return int(cursor.rowcount)

    def _now(self, connection: BaseDatabaseWrapper) -> Any:
        return connection.ops.adapt_datetimefield_value(timezone.now().replace(microsecond=0))
