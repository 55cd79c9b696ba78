"""Versions of prompts: a better text is added, tried on a sample, made active, or taken back.

A version never changes and never goes, since answers name the version that they came from.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from ai.exchange import Purpose
from ai.models import PromptTemplate
from ai.prompts import Prompt
from ai.samples import SAMPLES
from learnquest.core.checked import check
from learnquest.core.errors import Conflict


def preview(*, name: str, text: str) -> tuple[str, str]:
    """Return the system part and the user message of a prompt, as a sample would be asked with it.

    Raises BadPrompt for a text that cannot be rendered.
    """
    return Prompt(name, 0, text).render(SAMPLES[Purpose(name)])


@transaction.atomic
def add(*, prompt: PromptTemplate, by: User) -> PromptTemplate:
    """Save a prompt, new and with a name and a text, as the next version of its name. It is not
    active yet. Raises Invalid for a text that cannot be rendered."""
    newest = _versions(prompt.name).order_by("-version").first()
    prompt.version = newest.version + 1 if newest else 1
    prompt.active, prompt.author = False, by
    check(prompt)
    prompt.save(force_insert=True)
    return prompt


@transaction.atomic
def activate(*, prompt: PromptTemplate, by: User, now: datetime | None = None) -> None:
    """Make this version the one that is asked with. Raises Conflict when it is so already."""
    versions = list(_versions(prompt.name))
    chosen = next(version for version in versions if version.pk == prompt.pk)
    if chosen.active:
        raise Conflict(_("This version is the active one already."))
    PromptTemplate.objects.filter(name=prompt.name, active=True).update(active=False)
    chosen.active, chosen.activated_by, chosen.activated_at = True, by, now or timezone.now()
    chosen.save(update_fields=["active", "activated_by", "activated_at"])


def version_before(name: str) -> PromptTemplate | None:
    """Return where rolling back leads: the newest version, older than the active one, that was
    active once."""
    active = PromptTemplate.objects.filter(name=name, active=True).first()
    if active is None:
        return None
    older = PromptTemplate.objects.filter(
        name=name, version__lt=active.version, activated_at__isnull=False
    )
    return older.order_by("-version").first()


@transaction.atomic
def roll_back(*, name: str, by: User) -> PromptTemplate:
    """Make the version before the active one active again. Raises Conflict when there is none."""
    list(_versions(name))
    before = version_before(name)
    if before is None:
        raise Conflict(_("There is no earlier version that was active."))
    activate(prompt=before, by=by)
    return before


def _versions(name: str) -> QuerySet[PromptTemplate]:
    """All versions of a prompt, locked: two admins wait for each other."""
    return PromptTemplate.objects.select_for_update(of=("self",)).filter(name=name).order_by("pk")
