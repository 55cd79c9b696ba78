"""The rules of the game, in one table: what earns how much, and whether it ranks.

"How points work" shows this table, and every line of a ledger names its rule.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leaderboard.models import PointEntry

WORK_BY_DIFFICULTY = {1: 10, 2: 20, 3: 35, 4: 55, 5: 80}
REVIEW_GIVEN = 5
REVIEW_QUALITY_MOST = 10
HANDED_IN = 5
MILESTONE = 10
MINUTES_PER_PRACTICE_POINT = 5
PRACTICE_MOST = 24
# What the nth piece of accepted work of one difficulty on one day is worth, in percent.
SHARES = (100, 100, 100, 50, 50)
SHARE_BEYOND = 20
# Reviews of work that waited for long earn so many times the usual.
BOOST = 2


@dataclass(frozen=True)
class Rule:
    """A rule as learners read it. `most` is the most that it can pay at once."""

    reason: PointEntry.Reason
    name: str | Promise
    how: str | Promise
    most: int
    is_fixed: bool
    verified: bool


RULES = (
    Rule(
        PointEntry.Reason.WORK_ACCEPTED,
        _("Work accepted by peers"),
        _(
            "Half at the pass mark, all at 100. A challenge pays once, by the difficulty that is "
            "stated, or by an easier one that its reviewers find."
        ),
        max(WORK_BY_DIFFICULTY.values()),
        is_fixed=False,
        verified=True,
    ),
    Rule(
        PointEntry.Reason.REVIEW_GIVEN,
        _("A review given"),
        _(
            "For each review that you send, with the outcome of the work; twice as much where it "
            "has waited for three days."
        ),
        REVIEW_GIVEN,
        is_fixed=True,
        verified=True,
    ),
    Rule(
        PointEntry.Reason.REVIEW_QUALITY,
        _("Its quality, once the work is settled"),
        _("For agreement with the consensus, comments on each criterion, and help to the author."),
        REVIEW_QUALITY_MOST,
        is_fixed=False,
        verified=True,
    ),
    Rule(
        PointEntry.Reason.CORRECTION,
        _("Something taken back"),
        _("When an outcome is overturned, what it paid goes, in the week and month it was paid."),
        0,
        is_fixed=False,
        verified=True,
    ),
    Rule(
        PointEntry.Reason.HANDED_IN,
        _("Work handed in"),
        _("For each attempt that you hand in."),
        HANDED_IN,
        is_fixed=True,
        verified=False,
    ),
    Rule(
        PointEntry.Reason.MILESTONE,
        _("A milestone reached"),
        _("Once for each milestone."),
        MILESTONE,
        is_fixed=True,
        verified=False,
    ),
    Rule(
        PointEntry.Reason.PRACTICE,
        _("Practice logged"),
        _("One for each five minutes."),
        PRACTICE_MOST,
        is_fixed=False,
        verified=False,
    ),
)
BY_REASON = {rule.reason: rule for rule in RULES}


def work_points(*, difficulty: int, score: float, pass_mark: float) -> int:
    """Return the points of accepted work: half its base at the pass mark, all of it at 100."""
    share = (score - pass_mark) / (100 - pass_mark)
    return round(WORK_BY_DIFFICULTY[difficulty] * (1 + share) / 2)
