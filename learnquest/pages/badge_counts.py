"""What badges count that stands above the ledger: goals, works, reviews and quests; one query."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import User
from challenges.models import QuestStart
from goals.models import Goal, Progress
from leaderboard.badge_list import FLAWLESS, GOOD_REVIEW, HARDEST, Fact
from reviews.models import PeerReview
from submissions.models import Submission


def _of(rows: QuerySet[Any], person: str, what: Any = None) -> Coalesce:
    """Count rows of the user of the outer query, or aggregate `what` of them."""
    found = (
        rows.filter(Q(**{person: OuterRef("pk")}))
        .order_by()
        .values(person)
        .annotate(found=what or Count("pk"))
        .values("found")
    )
    return Coalesce(Subquery(found, output_field=IntegerField()), 0)


_accepted = Submission.objects.filter(status=Submission.Status.ACCEPTED)
_worse_before = Submission.objects.filter(
    challenge=OuterRef("challenge"),
    attempt=OuterRef("attempt") - 1,
    status=Submission.Status.RETURNED,
    score__lt=OuterRef("score"),
)
# Of peers' works alone: the marks of known works can be looked up.
_sent = PeerReview.objects.of_peers().filter(status=PeerReview.Status.SUBMITTED)

COUNTS = {
    Fact.GOALS_SET: _of(Goal.objects.exclude(status=Goal.Status.DRAFT), "owner"),
    Fact.GOALS_REACHED: _of(Goal.objects.filter(status=Goal.Status.COMPLETED), "owner"),
    Fact.PRACTICE_HOURS: _of(
        Progress.objects.filter(kind=Progress.Kind.PRACTICE), "user", Sum("minutes") / 60
    ),
    Fact.IMPROVED: _of(Submission.objects.filter(Exists(_worse_before)), "author"),
    Fact.HARD: _of(_accepted.filter(challenge__difficulty=HARDEST), "author"),
    Fact.FLAWLESS: _of(_accepted.filter(score__gte=FLAWLESS), "author"),
    Fact.GOOD_REVIEWS: _of(_sent.filter(quality__gte=GOOD_REVIEW), "reviewer"),
    # Once it has counted: at once it would tell the author whose badge it makes.
    Fact.HELPFUL: _of(_sent.filter(is_helpful=True, quality_parts__helpful__gte=0), "reviewer"),
    Fact.QUESTS_STARTED: _of(QuestStart.objects.all(), "learner"),
    Fact.QUEST_FOLLOWERS: _of(
        QuestStart.objects.exclude(learner=F("quest__publisher")),
        "quest__publisher",
        Count("learner", distinct=True),
    ),
}


def count(
    user_ids: Collection[int], wanted: frozenset[Fact] = frozenset(Fact)
) -> Mapping[int, Mapping[Fact, int]]:
    """Return the facts of each of these people, by their ids, among those wanted."""
    asked = {fact: found for fact, found in COUNTS.items() if fact in wanted}
    if not asked:
        return {}
    rows = User.objects.filter(pk__in=user_ids).annotate(**asked).values("pk", *asked)
    return {
        row["pk"]: {Fact(name): value for name, value in row.items() if name != "pk"}
        for row in rows
    }
