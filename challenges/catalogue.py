"""The catalogue of quests: plans that learners publish, find, and start for themselves."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from challenges.authoring import goal_positions
from challenges.models import Challenge, Prerequisite, Quest, QuestStart
from challenges.quest_models import QuestQuerySet
from challenges.quest_plans import MOST_CHALLENGES, QuestPlan, parse_plan
from goals import lifecycle, progress_log
from goals.models import Goal, Milestone, Progress
from leaderboard import badges
from learnquest.core.checked import check
from learnquest.core.errors import Conflict, Invalid
from learnquest.core.text import is_blank

MOST_QUESTS = 20
LEAST_SUMMARY = 20
ORDERS = {
    "popular": ("-finished", "-started", "title"),
    "new": ("-published_at", "title"),
    "short": ("minutes", "title"),
    "title": ("title",),
}
LENGTHS = {"short": (1, 4), "medium": (5, 8), "long": (9, 104)}


@dataclass(frozen=True)
class Wish:
    """What somebody looks for in the catalogue; what is empty does not narrow it."""

    words: str = ""
    category: str = ""
    level: str = ""
    tag: str = ""
    length: str = ""
    difficulty: int | None = None
    order: str = "popular"


def find(wish: Wish, *, viewer: User | None = None) -> QuestQuerySet:
    """Return the published quests that fit `wish`, with their counts, in its order.

    For a `viewer` without those of people whom a block keeps from them.
    """
    quests = Quest.objects.published(viewer).with_counts().select_related("publisher")
    for word in wish.words.lower().split()[:8]:
        quests = quests.filter(words__contains=word)
    if wish.category:
        quests = quests.filter(category=wish.category)
    if wish.level:
        quests = quests.filter(level=wish.level)
    if wish.tag:
        quests = quests.filter(words__contains=f"\n#{wish.tag.lower()}\n")
    if wish.length in LENGTHS:
        quests = quests.filter(weeks__range=LENGTHS[wish.length])
    if wish.difficulty:
        quests = quests.filter(difficulty=wish.difficulty)
    return quests.order_by(*ORDERS.get(wish.order, ORDERS["popular"]), "pk")


@transaction.atomic
def publish_quest(
    *, goal: Goal, by: User, summary: str, title: str = "", now: datetime | None = None
) -> Quest:
    """Put a snapshot of a goal's plan into the catalogue, or a newer one in place of the older.

    The plan is what everybody then sees: milestones, challenges and rubrics, with days counted
    from the goal's start; never work, notes or dates. Skipped challenges stay out. Raises
    Conflict for a goal without challenges or with too many, or a learner with twenty quests, and
    Invalid, by field, for what breaks a rule.
    """
    now = now or timezone.now()
    # The learner's own lock keeps the count true when two goals are published at once.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    goal = Goal.objects.select_for_update().owned_by(by).get(pk=goal.pk)
    quest = Quest.objects.select_for_update(of=("self",)).filter(goal=goal).first()
    if quest is None:
        if Quest.objects.published_by(by).count() >= MOST_QUESTS:
            raise Conflict(_("You have 20 quests in the catalogue. Take one out first."))
        quest = Quest(publisher=by, goal=goal, created_at=now)
    plan = snapshot(goal)
    summary = summary.strip()
    if is_blank(summary) or len(summary) < LEAST_SUMMARY:
        message = _("Say in a sentence or two what it leads to, for those who do not know you.")
        raise Invalid(message, errors={"summary": [message]})
    quest.title = title.strip() or goal.title
    quest.summary = summary
    quest.category, quest.level, quest.tags = goal.category, goal.level, goal.tags
    quest.weeks = _weeks(goal, plan)
    fill(quest, plan)
    quest.changed_at = now
    quest.published_at = quest.published_at or now
    check(quest)
    quest.save()
    return quest


@transaction.atomic
def unpublish_quest(*, quest: Quest, by: User) -> Quest:
    """Take a quest out of the catalogue. Copies that learners have started stay theirs."""
    quest = Quest.objects.select_for_update(of=("self",)).published_by(by).get(pk=quest.pk)
    quest.published_at = None
    quest.save(update_fields=["published_at"])
    return quest


@transaction.atomic
def start_quest(*, quest: Quest, by: User, start_date: date | None = None) -> tuple[Goal, bool]:
    """Make the learner's own copy of a quest: a private goal, all dates counted from its start.

    Returns the goal and whether it is new: while a copy is running, starting again leads to that
    one, so a second click makes no second goal. Raises Invalid for a start more than a year away.
    """
    # Two clicks of one learner queue here.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    quest = Quest.objects.visible_to(by).get(pk=quest.pk)
    running = running_copy(quest, by)
    if running is not None:
        return running, False
    start = start_date or timezone.localdate()
    if abs((start - timezone.localdate()).days) > 366:
        message = _("Choose a start within a year from today.")
        raise Invalid(message, errors={"start_date": [message]})
    plan = quest.content
    goal = lifecycle.create_goal(
        by=by,
        title=quest.title,
        description=quest.summary,
        category=quest.category,
        level=quest.level,
        tags=list(quest.tags),
        start_date=start,
        target_date=max(quest.last_day(start), start + timedelta(days=plan.last_day)),
    )
    goal.cloned_from_id = quest.goal_id
    goal.save(update_fields=["cloned_from"])
    _copy_plan(plan, goal, start)
    QuestStart.objects.create(quest=quest, goal=goal, learner=by)
    progress_log.record(goal=goal, by=by, kind=Progress.Kind.PLAN_ACCEPTED, note=quest.title)
    badges.award_due(user_id=by.pk, after=badges.Deed.STARTING_A_QUEST)
    if quest.publisher_id is not None:
        badges.award_due(user_id=quest.publisher_id, after=badges.Deed.BEING_FOLLOWED)
    return goal, True


def running_copy(quest: Quest, learner: User) -> Goal | None:
    """Return the learner's copy of a quest that is neither completed nor archived."""
    return (
        Goal.objects.owned_by(learner)
        .filter(quest_start__quest=quest)
        .exclude(status__in=[Goal.Status.COMPLETED, Goal.Status.ARCHIVED])
        .first()
    )


def snapshot(goal: Goal) -> QuestPlan:
    """Return a goal's plan with its dates as days from the start, without what was skipped.

    Raises Conflict when nothing is left to share, or more than anybody could look through.
    """
    milestones = list(goal.milestones.all())
    challenges = list(
        Challenge.objects.filter(goal=goal)
        .exclude(status=Challenge.Status.SKIPPED)
        .prefetch_related("prerequisites")
        .order_by("position")
    )
    if not challenges:
        raise Conflict(_("A quest needs a plan: add challenges to this goal first."))
    if len(challenges) > MOST_CHALLENGES:
        message = _("A quest has %(most)d challenges at most, and this goal has %(count)d.")
        raise Conflict(message % {"most": MOST_CHALLENGES, "count": len(challenges)})
    challenges = _needs_first(challenges)
    milestone_at = {one.pk: number for number, one in enumerate(milestones)}
    at = {one.pk: number for number, one in enumerate(challenges)}
    return parse_plan(
        {
            "milestones": [
                {"title": one.title, "day": _day(goal, one.due_date)} for one in milestones
            ],
            "challenges": [
                {
                    "title": one.title,
                    "instructions": one.instructions,
                    "difficulty": one.difficulty,
                    "minutes": one.estimated_minutes,
                    "rubric": one.rubric,
                    "min_words": one.min_words,
                    "requires_link": one.requires_link,
                    "requires_attachment": one.requires_attachment,
                    "milestone": milestone_at.get(one.milestone_id or 0),
                    "day": _day(goal, one.due_date),
                    "needs": sorted(
                        at[edge.needs_id] for edge in one.prerequisites.all() if edge.needs_id in at
                    ),
                }
                for one in challenges
            ],
        }
    )


def _needs_first(challenges: list[Challenge]) -> list[Challenge]:
    """Return the challenges in the plan's order, but each after those that it needs."""
    waiting = list(challenges)
    present = {one.pk for one in challenges}
    placed: dict[int, Challenge] = {}
    while waiting:
        ready = next(
            one
            for one in waiting
            if all(
                edge.needs_id in placed
                for edge in one.prerequisites.all()
                if edge.needs_id in present
            )
        )
        placed[ready.pk] = ready
        waiting.remove(ready)
    return list(placed.values())


def _day(goal: Goal, day: date | None) -> int | None:
    return None if day is None else max(0, (day - goal.start_date).days)


def _weeks(goal: Goal, plan: QuestPlan) -> int:
    """How long it takes: as the goal's dates say, else its milestones, else at 3 hours a week."""
    if goal.target_date is not None:
        days = (goal.target_date - goal.start_date).days
    else:
        days = plan.last_day or 7 * -(-plan.minutes // 180)
    return min(104, max(1, -(-days // 7)))


def fill(quest: Quest, plan: QuestPlan) -> None:
    """Put a plan into a quest, with what the catalogue filters by."""
    quest.plan = plan.model_dump(mode="json")
    quest.minutes = plan.minutes
    quest.difficulty = plan.difficulty
    quest.challenge_count = len(plan.challenges)
    texts = [quest.title, quest.summary, *(one.title for one in plan.challenges)]
    tags = "".join(f"#{tag}\n" for tag in quest.tags)
    quest.words = "\n".join([*texts, tags]).lower()


def _copy_plan(plan: QuestPlan, goal: Goal, start: date) -> None:
    milestones = Milestone.objects.bulk_create(
        Milestone(goal=goal, title=one.title, due_date=_date(start, one.day), position=position)
        for position, one in enumerate(plan.milestones)
    )
    assert goal_positions(goal) == (0, None)
    challenges = Challenge.objects.bulk_create(
        Challenge(
            goal=goal,
            milestone=None if one.milestone is None else milestones[one.milestone],
            title=one.title,
            instructions=one.instructions,
            difficulty=one.difficulty,
            estimated_minutes=one.minutes,
            rubric=one.rubric,
            min_words=one.min_words,
            requires_link=one.requires_link,
            requires_attachment=one.requires_attachment,
            due_date=_date(start, one.day),
            source=Challenge.Source.QUEST,
            position=position,
        )
        for position, one in enumerate(plan.challenges)
    )
    Prerequisite.objects.bulk_create(
        Prerequisite(challenge=challenges[number], needs=challenges[need])
        for number, one in enumerate(plan.challenges)
        for need in one.needs
    )


def _date(start: date, day: int | None) -> date | None:
    return None if day is None else start + timedelta(days=day)


@transaction.atomic
def ship(quests: Iterable[tuple[str, dict[str, Any]]], *, now: datetime | None = None) -> int:
    """Put LearnQuest's own quests into the catalogue; returns how many were made or renewed.

    `quests` are pairs of a key and fields. One that was changed here, by its text or by taking it
    out, stays as it is: a newer file does not write over it. Safe to run twice.
    """
    now = now or timezone.now()
    changed = 0
    for key, fields in quests:
        digest = _digest(fields)
        quest = Quest.objects.select_for_update(of=("self",)).filter(key=key).first()
        if quest is None:
            quest = Quest(key=key, created_at=now, published_at=now)
        elif quest.shipped_digest == digest or quest.shipped_digest != _digest(_fields_of(quest)):
            continue
        plan = parse_plan(fields["plan"])
        for name in ("title", "summary", "category", "level", "tags", "weeks"):
            setattr(quest, name, fields[name])
        fill(quest, plan)
        quest.shipped_digest = _digest(_fields_of(quest))
        quest.changed_at = now
        check(quest)
        quest.save()
        changed += 1
    return changed


def _fields_of(quest: Quest) -> dict[str, Any]:
    return {
        "title": quest.title,
        "summary": quest.summary,
        "category": quest.category,
        "level": quest.level,
        "tags": quest.tags,
        "weeks": quest.weeks,
        "plan": quest.plan,
    }


def _digest(fields: dict[str, Any]) -> str:
    fields = {**fields, "plan": parse_plan(fields["plan"]).model_dump(mode="json")}
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()
