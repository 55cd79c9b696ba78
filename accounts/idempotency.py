"""Creating requests that a client may send twice, as after a lost answer: `Idempotency-Key`.

The first answer is kept for a day and given again to the same request. The claim of a key, the
deed and the answer are one transaction: requests at once wait for each other at the unique key,
and a crash leaves nothing half done.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.operation import Operation
from ninja.utils import contribute_operation_callback

from accounts.models import IdempotentRequest, User
from learnquest.core.errors import Invalid

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT_FOR = timedelta(hours=24)
DOCUMENTED: dict[str, Any] = {
    "in": "header",
    "name": HEADER,
    "schema": {"type": "string", "maxLength": 200},
    "required": False,
    "description": "Any text of your own, such as a UUID, new for each thing that you create. "
    "The same key with the same body within a day creates nothing more: it gets the first answer "
    "again, with the header `Idempotency-Replayed: true`. The same key with another body is 422. "
    "A refused request keeps no key.",
}


def idempotent[View: Callable[..., Any]](view: View) -> View:
    """Let clients send `Idempotency-Key` to this operation; stands below `@router.post`."""
    contribute_operation_callback(view, _contribute)
    return view


def claim(
    *, user: User, key: str, route: str, body: bytes, now: datetime | None = None
) -> tuple[IdempotentRequest, bool]:
    """Return what is kept for `key`, and whether that was made just now.

    Waits for another request that holds the same key. Raises Invalid when the key was used for
    another request. Needs a transaction around it and what follows.
    """
    now = now or timezone.now()
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        raise Invalid(_("Idempotency-Key takes 1 to 200 printable ASCII characters, no spaces."))
    request_hash = hashlib.sha256(route.encode() + b"\n" + body).hexdigest()
    mine = IdempotentRequest.objects.filter(user=user)
    mine.filter(expires_at__lte=now).delete()
    try:
        with transaction.atomic():
            new = IdempotentRequest.objects.create(
                user=user,
                key=key,
                route=route[:200],
                request_hash=request_hash,
                created_at=now,
                expires_at=now + KEPT_FOR,
            )
    except IntegrityError:
        kept = mine.get(key=key)
        if kept.request_hash != request_hash:
            raise Invalid(
                _("This Idempotency-Key was used for another request. Take a new one.")
            ) from None
        return kept, False
    return new, True


def _contribute(operation: Operation) -> None:
    """Claim the key once the client is known and the body is read; keep the answer at the end."""
    view = operation.view_func

    @wraps(view)
    def claiming(request: HttpRequest, *args: Any, **values: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return view(request, *args, **values)
        assert isinstance(request.user, User)
        route = f"{request.method} {request.path}"
        kept, is_new = claim(user=request.user, key=key, route=route, body=request.body)
        if not is_new:
            again = HttpResponse(kept.body, status=kept.status, content_type="application/json")
            again[REPLAYED] = "true"
            return again
        request.idempotent = kept  # type: ignore[attr-defined]
        return view(request, *args, **values)

    def keeping(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(run)
        def kept_run(request: HttpRequest, **values: Any) -> HttpResponse:
            if HEADER not in request.headers:
                return run(request, **values)
            with transaction.atomic():
                response = run(request, **values)
                kept: IdempotentRequest | None = getattr(request, "idempotent", None)
                if kept is not None and response.status_code < 300:
                    kept.status, kept.body = response.status_code, response.content.decode()
                    kept.save(update_fields=["status", "body"])
                elif kept is not None:
                    kept.delete()  # what was refused may be tried again
            return response

        return kept_run

    operation.view_func = claiming
    # As `decorate_view` keeps it, so that a clone of the operation has it too.
    operation._run_decorators = [*getattr(operation, "_run_decorators", []), keeping]  # type: ignore[attr-defined]
    operation.run = keeping(operation.run)  # type: ignore[method-assign, arg-type]
    extra = operation.openapi_extra or {}
    parameters = [*extra.get("parameters", []), DOCUMENTED]
    operation.openapi_extra = {**extra, "parameters": parameters}
