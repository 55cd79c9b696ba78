"""How many learners have how many points: what makes a rank cheap among a million."""

from django.db import models
from django.db.models import Q

# Every learner is counted twice: by the very number of points, and by the block it lies in. So a
# rank is the sum of the blocks above and of at most one block's numbers.
BLOCK = 64


class Tally(models.Model):
    """Learners of one board with `floor` points, or from `floor` up to the next block.

    Triggers add a row for each change, so that many writers never wait for one row, and the
    worker folds the rows into one. The count is the sum over both at any time.
    """

    scope = models.CharField(max_length=32)
    period = models.CharField(max_length=8)
    width = models.SmallIntegerField()
    floor = models.IntegerField()
    learners = models.IntegerField()
    is_folded = models.BooleanField(default=False)

    class Meta:
        db_table = "board_tallies"
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "period", "width", "floor"],
                condition=Q(is_folded=True),
                name="board_tallies_folded_once",
            )
        ]
        indexes = [
            # A rank: the sum over a range of points.
            models.Index(
                fields=["scope", "period", "width", "floor", "learners"],
                name="board_tallies_sum",
            ),
            # What the worker folds.
            models.Index(fields=["id"], condition=Q(is_folded=False), name="board_tallies_to_fold"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.period} {self.floor}+{self.width}: {self.learners}"


class DayCount(models.Model):
    """At the end of a day, how many learners of a board had `points` or more.

    Thousands of rows a day instead of a rank for everybody; a learner's own points of that day
    follow from their ledger.
    """

    day = models.DateField()
    scope = models.CharField(max_length=32)
    period = models.CharField(max_length=8)
    points = models.IntegerField()
    at_least = models.IntegerField()

    class Meta:
        db_table = "board_days"
        constraints = [
            # Also finds the next higher number of points.
            models.UniqueConstraint(
                fields=["scope", "period", "day", "points"], name="board_days_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.period} on {self.day}, {self.points}: {self.at_least}"


class RankChange(models.Model):
    """A learner of whom Redis has yet to hear; without one, everybody. Rows live for seconds."""

    user_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "rank_changes"

    def __str__(self) -> str:
        return f"Change {self.pk} of {self.user_id or 'all'}"


class RankMirror(models.Model):
    """The last change that Redis was told of; Redis holds the same number while it is in step."""

    told = models.BigIntegerField(default=0)

    class Meta:
        db_table = "rank_mirror"

    def __str__(self) -> str:
        return f"Told up to {self.told}"
