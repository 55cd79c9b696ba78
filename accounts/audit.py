"""The audit log: what matters to security, in one table and as structured log lines.

Secrets have no way in: details have names from a fixed list, and what somebody typed into a
sign-in form is kept as a keyed hash, since people type passwords into the wrong field.
"""

import ipaddress
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import AuditEvent, User
from learnquest.core.limits import client_ip
from learnquest.core.logs import request_id

logger = logging.getLogger("audit")

Kind = AuditEvent.Kind

# All that an event may say beside who, where and when. None of these can hold a secret.
DETAILS = frozenset(
    {
        "added",  # groups or permissions given
        "decision",  # what a moderator decided
        "device",  # a browser and system, in words
        "factor",  # totp, webauthn, recovery_codes
        "family",  # of refresh tokens; it opens nothing
        "files",  # how many were exported
        "group",  # whose permissions changed
        "method",  # password, passkey, google …
        "reason",  # one word
        "removed",  # groups or permissions taken
        "target",  # what was moderated: a kind and an id
        "turned_off",
        "turned_on",
    }
)
LONGEST = 200
# Accounts are told apart by this; it is not enough to guess addresses from without the key.
LABEL_LENGTH = 32


@transaction.atomic
def record(
    *,
    kind: AuditEvent.Kind,
    user: User | None = None,
    actor: User | None = None,
    request: HttpRequest | None = None,
    email: str = "",
    address: str = "",
    user_agent: str = "",
    details: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> AuditEvent:
    """Write one event, in the transaction of what happened, and a log line once it is committed.

    `user` is whom it is about; `actor` who did it, where that is somebody else. `email` is what
    was typed where there is no such user: only its keyed hash is kept.
    """
    details = dict(details or {})
    if unknown := details.keys() - DETAILS:
        raise TypeError(f"{', '.join(sorted(unknown))}: not a detail that the audit log may keep")
    if request is not None:
        address = address or client_ip(request)
        user_agent = user_agent or request.headers.get("User-Agent", "")
    event = AuditEvent.objects.create(
        kind=kind,
        user=user,
        actor=actor if actor != user else None,
        user_label=label_of(user.email if user else email),
        address=_address(address),
        user_agent=_plain(user_agent),
        request_id=request_id.get()[:64],
        details={name: _small(value) for name, value in details.items()},
        occurred_at=now or timezone.now(),
    )
    transaction.on_commit(partial(_log, event))
    return event


def purge(*, now: datetime | None = None) -> int:
    """Delete what is older than AUDIT_DAYS; returns how many events."""
    before = (now or timezone.now()) - timedelta(days=settings.AUDIT_DAYS)
    # Past the log's own refusal: this is the one way out.
    old: models.QuerySet[AuditEvent] = models.QuerySet(AuditEvent).filter(occurred_at__lt=before)
    deleted, _by_model = old.delete()
    return deleted


def label_of(email: str) -> str:
    """Return the mark of an account: the same for an address each time, and no way back from it."""
    if not email:
        return ""
    digest = salted_hmac("accounts.audit", email.strip().lower(), algorithm="sha256")
    return digest.hexdigest()[:LABEL_LENGTH]


def _log(event: AuditEvent) -> None:
    fields = {
        "event": event.kind,
        "user_id": event.user_id,
        "actor_id": event.actor_id,
        "user_label": event.user_label,
        "address": event.address,
        "user_agent": event.user_agent,
        "details": event.details,
        "occurred_at": event.occurred_at.isoformat(),
        # The filter on the handler would put the same in, but not for a handler without it.
        "request_id": event.request_id,
    }
    logger.info("%s user=%s", event.kind, event.user_id, extra=fields)


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def _plain(text: str) -> str:
    """Return `text` short and without line breaks, so that it cannot pose as a line of the log."""
    return "".join(c if c.isprintable() else " " for c in text)[:LONGEST]


def _small(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(str(part)) for part in sorted(value, key=str)[:50]]
    return _plain(str(value))
