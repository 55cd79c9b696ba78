"""Versions of what two tabs may change: `ETag` and `If-Match`, and in what the tabs differ."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.forms import BaseForm, ChoiceField, ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from learnquest.core.errors import Stale


class Versioned(Protocol):
    version: int


def tag(response: HttpResponse, thing: Versioned) -> None:
    """Say in the answer's `ETag` which version of `thing` it shows."""
    response["ETag"] = f'"{thing.version}"'


def expected(request: HttpRequest) -> int | None:
    """Return the version that the request's `If-Match` names; None where any will do.

    A tag that none of ours can be, weak ones too, is a version that never was: 0.
    """
    sent = request.headers.get("If-Match", "").strip()
    if sent in {"", "*"}:
        return None
    found = re.fullmatch(r'"(\d{1,9})"', sent)
    return int(found[1]) if found else 0


def typed(request: HttpRequest) -> int | None:
    """Return the version that a form was opened with; None where it does not say.

    What none of our forms can say is a version that never was: 0.
    """
    sent = request.POST.get("version", "")
    if not sent:
        return None
    return int(sent) if re.fullmatch(r"\d{1,9}", sent, re.ASCII) else 0


def require(thing: Versioned, version: int | None) -> None:
    """Raise Stale when `thing` is no longer at `version`. The caller holds its lock."""
    if version is not None and thing.version != version:
        raise Stale(
            _("This was changed elsewhere in the meantime; nothing was overwritten."),
            current=thing,
        )


@dataclass(frozen=True)
class Difference:
    """A field in which what is kept and what was typed differ, as texts to read."""

    label: str
    kept: str
    typed: str


def differences(form: BaseForm, current: object) -> list[Difference]:
    """Return the fields of a valid `form` that differ from what `current` holds now."""
    found = []
    for name, field in form.fields.items():
        kept, new = _plain(getattr(current, name)), _plain(form.cleaned_data.get(name))
        if kept != new:
            label = str(field.label or name)
            found.append(Difference(label, _as_text(field, kept), _as_text(field, new)))
    return found


def both(form: BaseForm, refusal: Stale, *more: Difference) -> dict[str, Any]:
    """Return what a form's page needs to show both versions and to send the typed one anyway."""
    current: Any = refusal.current
    return {
        "differences": [*differences(form, current), *more],
        "version": current.version,
        "refusal": str(refusal),
    }


def _plain(value: Any) -> Any:
    """Return things of a relation as a list."""
    return list(value.all()) if hasattr(value, "all") else value


def _as_text(field: Any, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(field, ChoiceField) and not isinstance(field, ModelChoiceField):
        return str(dict(field.choices).get(value, value))  # type: ignore[arg-type]  # flat here
    if isinstance(value, date):
        return date_format(value, "j M Y")
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return str(value)
