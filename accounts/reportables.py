"""What can be reported. Each app tells here of what is its own, from `AppConfig.ready`.

A new kind, such as an attachment, needs one `register` with its model (a `Hideable`, or a person)
and the `components/report.html` on its page: queue, decision, hiding and notices work for it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Report, User

MOST_WORDS = 4000


def _nothing(thing: Any) -> None:
    """What comes with a thing that is hidden, brought back or shown, where nothing does."""


def _no_works(ids: Collection[int]) -> dict[int, int]:
    return {}


@dataclass(frozen=True)
class Shown:
    """The thing itself, for a moderator who decides about it: a template and what it needs."""

    template: str
    context: dict[str, Any]


@dataclass(frozen=True)
class Reportable:
    """A kind of thing that learners may report and moderators may hide."""

    kind: str
    label: str | Promise
    model: type[models.Model]
    # What a learner may report: what of it they can see, never their own.
    open_to: Callable[[User], "models.QuerySet[Any]"]
    person_id: Callable[[Any], int | None]
    title: Callable[[Any], str]
    words: Callable[[Any], str]
    # The page on which whose it is finds it.
    path: Callable[[Any], str]
    # What has to do with somebody whose it is not: they neither decide nor learn whose it is.
    concerns: Callable[[User], "models.QuerySet[Any]"] | None = None
    # What has to be locked before the thing, where its hiding changes more than it.
    before_either: Callable[[Any], None] = _nothing
    after_hiding: Callable[[Any], None] = _nothing
    after_undoing: Callable[[Any], None] = _nothing
    # The kind and the thing that are meant by this one, where a learner must not know the id of
    # what they report. Reports, decisions and hiding are about that, never about this.
    stands_for: Callable[[Any], tuple[str, Any]] | None = None
    # More than its words, where a decision needs it; only who has nothing to do with it sees this.
    shown: Callable[[Any], "Shown | None"] = _nothing
    # The ids of the works that things with these ids are about.
    works: Callable[[Collection[int]], dict[int, int]] = _no_works

    def find(self, target_id: int) -> Any:
        """Return the thing, or None where it is gone."""
        return self.model._default_manager.filter(pk=target_id).first()

    def find_locked(self, target_id: int) -> Any:
        """Return the thing, or None where it is gone, for hiding it or bringing it back."""
        thing = self.find(target_id)
        if thing is not None and self.before_either is not _nothing:
            self.before_either(thing)
            thing = self.find(target_id)
        return thing


_kinds: dict[str, Reportable] = {}


def register(reportable: Reportable) -> None:
    _kinds[reportable.kind] = reportable


def of(kind: str) -> Reportable | None:
    return _kinds.get(kind)


def works_of(reports: Sequence[Report]) -> dict[int, int]:
    """Return the ids of the works that reports are about, by report: a query for each kind."""
    targets: dict[str, set[int]] = {}
    for one in reports:
        targets.setdefault(one.kind, set()).add(one.target_id)
    found = {
        kind: _kinds[kind].works(ids) if kind in _kinds else {} for kind, ids in targets.items()
    }
    return {one.pk: work for one in reports if (work := found[one.kind].get(one.target_id))}


def kinds() -> dict[str, Reportable]:
    """Return all kinds by name."""
    return dict(_kinds)


def _words_of_profile(person: User) -> str:
    named = f"{person.display_name or '–'} (@{person.username})"
    return f"{named}\n\n{person.bio}".strip()


register(
    Reportable(
        kind="profile",
        label=_("a profile"),
        model=User,
        open_to=lambda user: User.objects.visible_to(user).exclude(pk=user.pk),
        person_id=lambda person: person.pk,
        title=lambda person: f"@{person.username}",
        words=_words_of_profile,
        path=lambda person: f"/people/{person.username}/",
    )
)
