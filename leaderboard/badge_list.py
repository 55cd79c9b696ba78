"""All badges, as data: a badge is due when one fact about a learner has reached a number.

To add one: a row here, a glyph of the same code in `badge_glyphs.json`, and, where it asks for
something new, a fact in `badge_facts.py` with its words in UNITS below. Then run
`manage.py award_badges`, so that those who have earned it already get it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

type Words = str | Promise


class Family(models.TextChoices):
    """Each has a shape of its own."""

    FIRST = "first", _("First steps")
    PERSISTENCE = "persistence", _("Persistence")
    CRAFT = "craft", _("Craft")
    HELPING = "helping", _("Helping others")
    EXPLORERS = "explorers", _("Explorers")
    STREAKS = "streaks", _("Streaks")
    RARE = "rare", _("Rare")


class Tier(models.TextChoices):
    """Each has a metal, and a number of studs for those who do not tell the metals apart."""

    BRONZE = "bronze", _("Bronze")
    SILVER = "silver", _("Silver")
    GOLD = "gold", _("Gold")


class Fact(StrEnum):
    """What is counted about a learner; `badge_facts.py` says how."""

    GOALS_SET = "goals_set"
    GOALS_REACHED = "goals_reached"
    HANDED_IN = "handed_in"
    ACCEPTED = "accepted"
    MILESTONES = "milestones"
    PRACTICES = "practices"
    PRACTICE_HOURS = "practice_hours"
    COMEBACKS = "comebacks"
    IMPROVED = "improved"
    HARD = "hard"
    FLAWLESS = "flawless"
    REVIEWS = "reviews"
    GOOD_REVIEWS = "good_reviews"
    HELPFUL = "helpful"
    FIELDS = "fields"
    REVIEW_FIELDS = "review_fields"
    QUESTS_STARTED = "quests_started"
    QUEST_FOLLOWERS = "quest_followers"
    STREAK = "streak"
    NIGHTS = "nights"
    MORNINGS = "mornings"
    LEAP_DAYS = "leap_days"
    NEW_YEARS = "new_years"
    POINTS = "points"
    RISES = "rises"
    LEAGUE = "league"


# From where on a work or a review is such a one.
HARDEST = 5
FLAWLESS = 95
GOOD_REVIEW = 0.9

_DAYS = frozenset(
    {Fact.STREAK, Fact.NIGHTS, Fact.MORNINGS, Fact.LEAP_DAYS, Fact.NEW_YEARS, Fact.COMEBACKS}
)


class Deed(Enum):
    """What may earn a badge at once, with the facts that it changes: only they are counted then."""

    MOVING_A_GOAL = frozenset({Fact.GOALS_SET, Fact.GOALS_REACHED})
    STARTING_A_QUEST = frozenset({Fact.QUESTS_STARTED})
    BEING_FOLLOWED = frozenset({Fact.QUEST_FOLLOWERS})
    PRACTISING = frozenset({Fact.PRACTICES, Fact.PRACTICE_HOURS}) | _DAYS
    REACHING_A_MILESTONE = frozenset({Fact.MILESTONES}) | _DAYS
    HANDING_IN = frozenset({Fact.HANDED_IN}) | _DAYS
    REVIEWING = frozenset({Fact.REVIEWS, Fact.REVIEW_FIELDS, Fact.POINTS}) | _DAYS
    HEARING_OF_A_REVIEW = frozenset({Fact.GOOD_REVIEWS, Fact.HELPFUL, Fact.POINTS})
    BEING_ACCEPTED = frozenset(
        {Fact.ACCEPTED, Fact.FIELDS, Fact.IMPROVED, Fact.HARD, Fact.FLAWLESS, Fact.POINTS}
    )


# How far somebody is, in words.
# fmt: off
UNITS: Mapping[Fact, Words] = {
    Fact.GOALS_SET: ngettext_lazy(
        "%(done)d of %(goal)d goal", "%(done)d of %(goal)d goals", "goal"),
    Fact.GOALS_REACHED: ngettext_lazy(
        "%(done)d of %(goal)d goal reached", "%(done)d of %(goal)d goals reached", "goal"),
    Fact.HANDED_IN: ngettext_lazy(
        "%(done)d of %(goal)d work", "%(done)d of %(goal)d works", "goal"),
    Fact.ACCEPTED: ngettext_lazy(
        "%(done)d of %(goal)d accepted work", "%(done)d of %(goal)d accepted works", "goal"),
    Fact.MILESTONES: ngettext_lazy(
        "%(done)d of %(goal)d milestone", "%(done)d of %(goal)d milestones", "goal"),
    Fact.PRACTICES: ngettext_lazy(
        "%(done)d of %(goal)d time", "%(done)d of %(goal)d times", "goal"),
    Fact.PRACTICE_HOURS: ngettext_lazy(
        "%(done)d of %(goal)d hour", "%(done)d of %(goal)d hours", "goal"),
    Fact.COMEBACKS: ngettext_lazy(
        "%(done)d of %(goal)d return", "%(done)d of %(goal)d returns", "goal"),
    Fact.IMPROVED: ngettext_lazy(
        "%(done)d of %(goal)d better attempt", "%(done)d of %(goal)d better attempts", "goal"),
    Fact.HARD: ngettext_lazy(
        "%(done)d of %(goal)d such challenge", "%(done)d of %(goal)d such challenges", "goal"),
    Fact.FLAWLESS: ngettext_lazy(
        "%(done)d of %(goal)d such work", "%(done)d of %(goal)d such works", "goal"),
    Fact.REVIEWS: ngettext_lazy(
        "%(done)d of %(goal)d review", "%(done)d of %(goal)d reviews", "goal"),
    Fact.GOOD_REVIEWS: ngettext_lazy(
        "%(done)d of %(goal)d such review", "%(done)d of %(goal)d such reviews", "goal"),
    Fact.HELPFUL: ngettext_lazy(
        "%(done)d of %(goal)d helpful review", "%(done)d of %(goal)d helpful reviews", "goal"),
    Fact.FIELDS: ngettext_lazy(
        "%(done)d of %(goal)d field", "%(done)d of %(goal)d fields", "goal"),
    Fact.REVIEW_FIELDS: ngettext_lazy(
        "%(done)d of %(goal)d field", "%(done)d of %(goal)d fields", "goal"),
    Fact.QUESTS_STARTED: ngettext_lazy(
        "%(done)d of %(goal)d quest", "%(done)d of %(goal)d quests", "goal"),
    Fact.QUEST_FOLLOWERS: ngettext_lazy(
        "%(done)d of %(goal)d learner", "%(done)d of %(goal)d learners", "goal"),
    Fact.STREAK: ngettext_lazy(
        "%(done)d of %(goal)d day", "%(done)d of %(goal)d days", "goal"),
    Fact.NIGHTS: ngettext_lazy(
        "%(done)d of %(goal)d night", "%(done)d of %(goal)d nights", "goal"),
    Fact.MORNINGS: ngettext_lazy(
        "%(done)d of %(goal)d morning", "%(done)d of %(goal)d mornings", "goal"),
    Fact.LEAP_DAYS: ngettext_lazy(
        "%(done)d of %(goal)d day", "%(done)d of %(goal)d days", "goal"),
    Fact.NEW_YEARS: ngettext_lazy(
        "%(done)d of %(goal)d day", "%(done)d of %(goal)d days", "goal"),
    Fact.POINTS: ngettext_lazy(
        "%(done)d of %(goal)d point", "%(done)d of %(goal)d points", "goal"),
    Fact.RISES: ngettext_lazy(
        "%(done)d of %(goal)d rise", "%(done)d of %(goal)d rises", "goal"),
    Fact.LEAGUE: ngettext_lazy(
        "league %(done)d of %(goal)d", "league %(done)d of %(goal)d", "goal"),
}
# fmt: on


@dataclass(frozen=True)
class Badge:
    """`code` is kept with each award and in addresses, so it never changes."""

    code: str
    family: Family
    tier: Tier
    fact: Fact
    count: int
    name: Words
    how: Words
    # How it is earned is told to its holders alone.
    is_secret: bool = False

    def is_due(self, facts: Mapping[Fact, int]) -> bool:
        return facts.get(self.fact, 0) >= self.count

    def progress(self, facts: Mapping[Fact, int]) -> str:
        """Return how far somebody is, such as "7 of 10 reviews"."""
        done = min(facts.get(self.fact, 0), self.count)
        return UNITS[self.fact] % {"done": done, "goal": self.count}


_F, _T = Family, Tier

# fmt: off
BADGES = (
    Badge("first-goal", _F.FIRST, _T.BRONZE, Fact.GOALS_SET, 1, _("Flag in the ground"),
          _("Set your first goal")),
    Badge("first-practice", _F.FIRST, _T.BRONZE, Fact.PRACTICES, 1, _("Warm-up"),
          _("Log your first practice")),
    Badge("first-step", _F.FIRST, _T.BRONZE, Fact.HANDED_IN, 1, _("First step"),
          _("Hand in your first work")),
    Badge("first-milestone", _F.FIRST, _T.BRONZE, Fact.MILESTONES, 1, _("Cairn"),
          _("Reach your first milestone")),
    Badge("accepted", _F.FIRST, _T.BRONZE, Fact.ACCEPTED, 1, _("Seal of peers"),
          _("Have a work accepted")),

    Badge("practice", _F.PERSISTENCE, _T.BRONZE, Fact.PRACTICES, 20, _("Practice"),
          _("Log practice twenty times")),
    Badge("practice-100", _F.PERSISTENCE, _T.SILVER, Fact.PRACTICES, 100, _("Second nature"),
          _("Log practice a hundred times")),
    Badge("hours-50", _F.PERSISTENCE, _T.GOLD, Fact.PRACTICE_HOURS, 50, _("Fifty hours"),
          _("Practise for fifty hours in all")),
    Badge("comeback", _F.PERSISTENCE, _T.BRONZE, Fact.COMEBACKS, 1, _("Back again"),
          _("Come back after a month away, and do something")),
    Badge("steady", _F.PERSISTENCE, _T.SILVER, Fact.HANDED_IN, 10, _("Steady"),
          _("Hand in ten works")),
    Badge("milestone", _F.PERSISTENCE, _T.SILVER, Fact.MILESTONES, 3, _("Milestone"),
          _("Reach three milestones")),
    Badge("goal-reached", _F.PERSISTENCE, _T.SILVER, Fact.GOALS_REACHED, 1, _("Arrived"),
          _("Complete a goal")),
    Badge("three-goals", _F.PERSISTENCE, _T.GOLD, Fact.GOALS_REACHED, 3, _("Three peaks"),
          _("Complete three goals")),

    Badge("second-wind", _F.CRAFT, _T.BRONZE, Fact.IMPROVED, 1, _("Second wind"),
          _("Score higher in another attempt after work came back with feedback")),
    Badge("reworked", _F.CRAFT, _T.SILVER, Fact.IMPROVED, 5, _("Reworked"),
          _("Make five works better after they came back with feedback")),
    Badge("whetstone", _F.CRAFT, _T.GOLD, Fact.IMPROVED, 15, _("Whetstone"),
          _("Make fifteen works better after they came back with feedback")),
    Badge("craft", _F.CRAFT, _T.SILVER, Fact.ACCEPTED, 5, _("Craft"),
          _("Have five works accepted")),
    Badge("mastery", _F.CRAFT, _T.GOLD, Fact.ACCEPTED, 20, _("Mastery"),
          _("Have twenty works accepted")),
    Badge("masterwork", _F.CRAFT, _T.SILVER, Fact.HARD, 1, _("Masterwork"),
          _("Have work on a challenge of the highest difficulty accepted")),
    Badge("flawless", _F.CRAFT, _T.GOLD, Fact.FLAWLESS, 1, _("Flawless"),
          _("Have a work accepted with 95 of 100 or more")),

    Badge("helping-hand", _F.HELPING, _T.BRONZE, Fact.REVIEWS, 1, _("Helping hand"),
          _("Review a peer's work")),
    Badge("mentor", _F.HELPING, _T.SILVER, Fact.REVIEWS, 10, _("Mentor"),
          _("Review ten works of peers")),
    Badge("pillar", _F.HELPING, _T.GOLD, Fact.REVIEWS, 50, _("Pillar"),
          _("Review fifty works of peers")),
    Badge("sharp-eye", _F.HELPING, _T.SILVER, Fact.GOOD_REVIEWS, 5, _("Sharp eye"),
          _("Write five reviews of the highest quality")),
    Badge("well-heard", _F.HELPING, _T.SILVER, Fact.HELPFUL, 10, _("Well heard"),
          _("Have ten reviews marked helpful by those whose work it was")),
    Badge("beacon", _F.HELPING, _T.GOLD, Fact.HELPFUL, 50, _("Beacon"),
          _("Have fifty reviews marked helpful by those whose work it was")),

    Badge("trailhead", _F.EXPLORERS, _T.BRONZE, Fact.QUESTS_STARTED, 1, _("Trailhead"),
          _("Start a quest from the catalogue")),
    Badge("two-fields", _F.EXPLORERS, _T.BRONZE, Fact.FIELDS, 2, _("Two shores"),
          _("Have work accepted in two fields")),
    Badge("polymath", _F.EXPLORERS, _T.SILVER, Fact.FIELDS, 4, _("Polymath"),
          _("Have work accepted in four fields")),
    Badge("compass", _F.EXPLORERS, _T.GOLD, Fact.FIELDS, 7, _("Compass"),
          _("Have work accepted in every field")),
    Badge("wide-reader", _F.EXPLORERS, _T.SILVER, Fact.REVIEW_FIELDS, 3, _("Wide reader"),
          _("Review work in three fields")),
    Badge("mapmaker", _F.EXPLORERS, _T.GOLD, Fact.QUEST_FOLLOWERS, 10, _("Mapmaker"),
          _("Publish quests that ten other learners start")),

    Badge("streak-7", _F.STREAKS, _T.BRONZE, Fact.STREAK, 7, _("A week alight"),
          _("Be active on seven days in a row; rest days and freezes do not break it")),
    Badge("streak-30", _F.STREAKS, _T.SILVER, Fact.STREAK, 30, _("A month alight"),
          _("Be active on thirty days in a row")),
    Badge("streak-100", _F.STREAKS, _T.GOLD, Fact.STREAK, 100, _("A hundred suns"),
          _("Be active on a hundred days in a row")),
    Badge("streak-300", _F.STREAKS, _T.GOLD, Fact.STREAK, 300, _("A year's growth"),
          _("Be active on three hundred days in a row, a year with its rest days")),

    Badge("thousand", _F.RARE, _T.SILVER, Fact.POINTS, 1000, _("Laurel"),
          _("Earn a thousand points that others have verified")),
    Badge("league-rise", _F.RARE, _T.BRONZE, Fact.RISES, 1, _("Rising"),
          _("Rise to a higher league")),
    Badge("summit", _F.RARE, _T.GOLD, Fact.LEAGUE, 10, _("Northern lights"),
          _("Reach the highest league")),
    Badge("night-owl", _F.RARE, _T.BRONZE, Fact.NIGHTS, 5, _("Night owl"),
          _("Do something between midnight and four on five nights"), is_secret=True),
    Badge("early-bird", _F.RARE, _T.BRONZE, Fact.MORNINGS, 10, _("Early bird"),
          _("Do something before seven on ten mornings"), is_secret=True),
    Badge("new-year", _F.RARE, _T.SILVER, Fact.NEW_YEARS, 1, _("Resolution"),
          _("Do something on the first day of a year"), is_secret=True),
    Badge("leap-day", _F.RARE, _T.GOLD, Fact.LEAP_DAYS, 1, _("Leap day"),
          _("Do something on a 29 February"), is_secret=True),
)
# fmt: on
BY_CODE = {badge.code: badge for badge in BADGES}
