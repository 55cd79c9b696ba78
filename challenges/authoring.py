"""Challenges as their learner writes, changes, skips and removes them."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Max, RestrictedError
from django.utils.translation import gettext as _

from accounts.models import User
from challenges import lifecycle, ordering, prerequisites
from challenges.models import Challenge, Prerequisite
from challenges.rubrics import default_rubric, key_for
from goals import progress_log
from goals.models import Goal, Milestone, Progress
from learnquest.core import versions
from learnquest.core.checked import check
from learnquest.core.errors import Conflict, Invalid
from learnquest.core.text import one_line

EDITABLE = (
    "title",
    "instructions",
    "difficulty",
    "estimated_minutes",
    "rubric",
    "milestone",
    "due_date",
    "min_words",
    "requires_link",
    "requires_attachment",
)
# What work is judged and paid by: it stays as it was once work was handed in.
TASK = (
    "instructions",
    "difficulty",
    "rubric",
    "min_words",
    "requires_link",
    "requires_attachment",
)
MOST_CHALLENGES = 300


@transaction.atomic
def create_challenge(
    *,
    goal: Goal,
    by: User,
    title: str,
    instructions: str,
    source: Challenge.Source = Challenge.Source.MANUAL,
    needs: Collection[Challenge] = (),
    **fields: Any,
) -> Challenge:
    """Add a challenge after the others; without a rubric it gets a plain one.

    `needs` are the challenges that come first.

    Raises Invalid, by field, for what breaks a rule, and Conflict when the goal is full.
    """
    # The goal's lock keeps two challenges added at once from taking one position.
    goal = Goal.objects.select_for_update().owned_by(by).get(pk=goal.pk)
    challenge = add(goal=goal, title=title, instructions=instructions, source=source, **fields)
    if needs:
        prerequisites.set_needs(challenge=challenge, needs=needs, by=by)
    progress_log.record(goal=goal, by=by, kind=Progress.Kind.CHALLENGE_ADDED, note=challenge.title)
    return challenge


def add(
    *, goal: Goal, title: str, instructions: str, source: Challenge.Source, **fields: Any
) -> Challenge:
    """Add a challenge to a goal that the caller has locked; see `create_challenge`."""
    count, last = goal_positions(goal)
    if count >= MOST_CHALLENGES:
        raise Conflict(_("A goal can have 300 challenges. Remove or finish some first."))
    challenge = Challenge(
        goal=goal,
        title=title.strip(),
        instructions=instructions.strip(),
        source=source,
        position=0 if last is None else last + 1,
    )
    fields.setdefault("rubric", default_rubric())
    _set(challenge, fields)
    check(challenge)
    challenge.save()
    return challenge


def goal_positions(goal: Goal) -> tuple[int, int | None]:
    """Return how many challenges the goal has, and the last one's position."""
    challenges = Challenge.objects.filter(goal=goal)
    return challenges.count(), challenges.aggregate(last=Max("position"))["last"]


@transaction.atomic
def update_challenge(
    *,
    challenge: Challenge,
    by: User,
    needs: Collection[Challenge] | None = None,
    version: int | None = None,
    **fields: Any,
) -> Challenge:
    """Change editable fields of a challenge, and what comes before it where `needs` says so.

    With `version`, raises Stale when the challenge is at another by now. Raises Conflict while
    work is in review or accepted, and for a change of the task itself once any was handed in:
    reviews, appeals and points go by what it asked. Raises Invalid, by field, for what breaks a
    rule. Then nothing has changed.
    """
    if needs is not None:
        # First, since it locks the goal, and a goal is locked before its challenges.
        prerequisites.set_needs(challenge=challenge, needs=needs, by=by)
    challenge = _locked(challenge, by)
    versions.require(challenge, version)
    if challenge.status in {Challenge.Status.HANDED_IN, Challenge.Status.ACCEPTED}:
        raise Conflict(_("Work for this challenge was handed in, so it can no longer be changed."))
    before = _task_of(challenge)
    _set(challenge, fields)
    if _task_of(challenge) != before and is_task_fixed(challenge):
        raise Conflict(
            _("Work for this challenge was handed in, so its task, rubric, difficulty and checks "
              "stay as they are. Duplicate it to change them.")
        )  # fmt: skip
    check(challenge)
    challenge.version += 1
    challenge.save(update_fields=[*fields, "version"])
    return challenge


def is_task_fixed(challenge: Challenge) -> bool:
    """Whether what a challenge asks can no longer change: work was handed in, and not taken back.

    Not by its status, which a challenge that is skipped and taken back begins anew.
    """
    return challenge.submissions.exclude(status="draft").exists()


def _task_of(challenge: Challenge) -> list[Any]:
    """Return what work is judged by, for comparing; forms send other line ends than scripts do."""
    values = [getattr(challenge, name) for name in TASK]
    return [
        value.replace("\r\n", "\n").strip() if isinstance(value, str) else value for value in values
    ]


@transaction.atomic
def duplicate(*, challenge: Challenge, by: User) -> Challenge:
    """Make a fresh copy of a challenge right after it, coming after the same ones.

    Raises Conflict when the goal is full.
    """
    goal = Goal.objects.select_for_update().owned_by(by).get(challenges=challenge.pk)
    challenge = Challenge.objects.get(pk=challenge.pk)
    copy = add(
        goal=goal,
        title=_("%(title)s (again)") % {"title": challenge.title[:110]},
        instructions=challenge.instructions,
        source=Challenge.Source(challenge.source),
        **{name: getattr(challenge, name) for name in EDITABLE[2:]},
    )
    needs = challenge.prerequisites.values_list("needs", flat=True)
    Prerequisite.objects.bulk_create([Prerequisite(challenge=copy, needs_id=pk) for pk in needs])
    order = [one for one in Challenge.objects.filter(goal=goal) if one.pk != copy.pk]
    ordering.write(goal, _after(order, challenge.pk, copy))
    progress_log.record(goal=goal, by=by, kind=Progress.Kind.CHALLENGE_ADDED, note=copy.title)
    return copy


def _after(order: list[Challenge], pk: int, copy: Challenge) -> list[Challenge]:
    at = next(number for number, one in enumerate(order) if one.pk == pk) + 1
    return [*order[:at], copy, *order[at:]]


@transaction.atomic
def begin(*, challenge: Challenge, by: User) -> Challenge:
    """Mark a challenge as begun. Raises Conflict while another one comes first."""
    challenge = _locked(challenge, by)
    prerequisites.check_unlocked(challenge)
    return _moved(challenge, to=Challenge.Status.DOING, by=by)


@transaction.atomic
def skip(*, challenge: Challenge, by: User) -> Challenge:
    """Leave a challenge out of the plan; it no longer counts towards progress."""
    return _moved(_locked(challenge, by), to=Challenge.Status.SKIPPED, by=by)


@transaction.atomic
def resume(*, challenge: Challenge, by: User) -> Challenge:
    """Take a skipped challenge back into the plan, or one that was begun back to the start."""
    return _moved(_locked(challenge, by), to=Challenge.Status.TODO, by=by)


def _moved(challenge: Challenge, *, to: Challenge.Status, by: User) -> Challenge:
    challenge = lifecycle.move(challenge=challenge, to=to)
    progress_log.record(
        goal=challenge.goal,
        by=by,
        kind=Progress.Kind.CHALLENGE_MOVED,
        note=f"{challenge.title}: {to.label}",
    )
    return challenge


@transaction.atomic
def delete_challenge(*, challenge: Challenge, by: User) -> None:
    """Delete a challenge on which there is no work.

    Raises Conflict when there is: a draft would vanish, or reviews of others.
    """
    challenge = _locked(challenge, by)
    try:
        challenge.delete()
    except RestrictedError as error:
        raise Conflict(
            _("There is work on this challenge, so it cannot be deleted. Skip it instead.")
        ) from error


def _locked(challenge: Challenge, by: User) -> Challenge:
    return (
        Challenge.objects.select_for_update(of=("self",))
        .owned_by(by)
        .select_related("goal")
        .get(pk=challenge.pk)
    )


def _set(challenge: Challenge, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name not in EDITABLE:
            raise TypeError(f"{name} is not an editable field of a challenge")
        if name == "rubric":
            challenge.rubric = with_keys(value)
        elif name == "milestone":
            challenge.milestone = _milestone_of(challenge.goal, value)
        else:
            setattr(challenge, name, value)


def _milestone_of(goal: Goal, milestone: Milestone | None) -> Milestone | None:
    if milestone is not None and milestone.goal_id != goal.pk:
        message = _("Choose a milestone of this goal.")
        raise Invalid(message, errors={"milestone": [message]})
    return milestone


def with_keys(rubric: Any) -> Any:
    """Return the rubric with a key for each criterion without one, and names on one line."""
    if not isinstance(rubric, list) or not all(isinstance(item, dict) for item in rubric):
        return rubric  # the field's validator says what is wrong with it
    taken = {str(item["key"]) for item in rubric if item.get("key")}
    keyed = []
    for item in rubric:
        key = item.get("key") or key_for(str(item.get("name", "")), taken)
        taken.add(str(key))
        keyed.append({**item, "key": key})
        if isinstance(item.get("name"), str):
            # The field's validator refuses a name that shows nothing.
            keyed[-1]["name"] = one_line(item["name"]) or item["name"]
    return keyed
