"""What a person's export holds: each table in which something of theirs may stand, or why not.

A test walks over all models that lead to a person. A new one needs a line here: in SECTIONS with
the way from a row to its person, or in EXCLUDED with the reason.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

from accounts.models import Report, User


@dataclass(frozen=True)
class Section:
    """One table of the export: rows of `model` whose `path` leads to the person."""

    name: str
    model: str
    path: str
    # Secrets, other people, and what says nothing outside of our database.
    hidden: tuple[str, ...] = ()
    # Further conditions that a row meets.
    only: tuple[tuple[str, Any], ...] = ()

    @property
    def is_there(self) -> bool:
        """Whether the model's app is part of this site."""
        return apps.is_installed(_app_of(self.model))

    def rows(self, user: User) -> Iterator[dict[str, Any]]:
        """Yield the person's rows, oldest first, as names and values."""
        model = apps.get_model(self.model)
        found = model._default_manager.filter(**{self.path: user.pk}, **dict(self.only))
        fields = [
            field.attname for field in model._meta.concrete_fields if field.name not in self.hidden
        ]
        yield from found.order_by("pk").values(*fields).iterator(chunk_size=500)


# Whether and when moderators read a note stays among them.
READ_BY_MODERATORS = ("note_read_at", "note_read_by")

SECTIONS = (
    Section("account", "accounts.User", "pk", ("password",)),
    Section("email_addresses", "account.EmailAddress", "user"),
    Section("app_sign_ins", "accounts.RefreshToken", "user", ("token_hash", "auth_hash")),
    Section("notifications", "accounts.Notification", "user"),
    Section("exports", "accounts.DataExport", "user", ("file",)),
    Section("goals", "goals.Goal", "owner", ("share_key",)),
    Section("calendar_address", "goals.CalendarFeed", "user", ("key",)),
    Section("mails", "accounts.OutgoingMail", "user", ("text", "html", "headers")),
    Section("known_devices", "accounts.KnownDevice", "user", ("mark_hash",)),
    Section("weekly_digests", "accounts.WeeklyDigest", "user"),
    # Who else had to do with it stays between the moderators and them.
    # Nor the id of work that one reviews: see `reviews_not_sent`.
    Section("reports_made", "accounts.Report", "reporter", ("person", "moderator", "target_id")),
    Section(
        "decisions_of_moderators",
        "accounts.Report",
        "person",
        ("reporter", "reason", "note", "moderator", "claimed_at", "created_at"),
        only=(("state", "decided"), ("decision__in", Report.DECISIONS_AGAINST)),
    ),
    Section("blocks", "accounts.Block", "blocker"),
    Section("security_events", "accounts.AuditEvent", "user", ("actor",)),
    Section("milestones", "goals.Milestone", "goal__owner"),
    Section("progress", "goals.Progress", "user"),
    Section("challenges", "challenges.Challenge", "goal__owner"),
    Section("prerequisites", "challenges.Prerequisite", "challenge__goal__owner"),
    Section("quests_published", "challenges.Quest", "publisher"),
    Section("quests_started", "challenges.QuestStart", "learner"),
    Section("plans", "challenges.Plan", "goal__owner"),
    Section("plan_proposals", "challenges.Proposal", "plan__goal__owner"),
    Section("new_plans", "challenges.Replan", "goal__owner"),
    Section("new_plan_lines", "challenges.ReplanLine", "replan__goal__owner"),
    Section("plan_variations", "challenges.Variation", "proposal__plan__goal__owner"),
    Section("submissions", "submissions.Submission", "author"),
    Section("attachments", "submissions.Attachment", "submission__author"),
    Section("draft_versions", "submissions.DraftRevision", "submission__author"),
    # What moderators decided about one's work; whose other work it is stays with them.
    Section(
        "similarity_decisions",
        "submissions.SimilarityFlag",
        "submission__author",
        ("other", "decided_by"),
        only=(("state__in", ("confirmed", "dismissed")),),
    ),
    Section("ai_feedback", "reviews.AIFeedback", "submission__author"),
    # Whose work it was, and who reviewed, stays between the site and them.
    Section(
        "reviews_given",
        "reviews.PeerReview",
        "reviewer",
        ("author", "in_place_of", *READ_BY_MODERATORS),
        only=(("status", "submitted"),),
    ),
    # Before a review is sent, the work's id would tell whether its marks are known.
    Section(
        "reviews_not_sent",
        "reviews.PeerReview",
        "reviewer",
        ("author", "submission", "in_place_of", *READ_BY_MODERATORS),
        only=(("status__in", ("claimed", "expired", "released")),),
    ),
    Section(
        "reviews_received",
        "reviews.PeerReview",
        "author",
        # What the reviewer did on the way, and what they told the moderators, is theirs.
        (
            "reviewer",
            "claimed_at",
            "lease_until",
            "seat_until",
            "holds_seat",
            "renewals",
            "reminders",
            "is_boosted",
            "is_extra",
            "is_training",
            "released_for",
            "given_back_at",
            "in_place_of",
            "private_note",
            *READ_BY_MODERATORS,
            "difficulty",
            "saved_at",
            "quality",
            "quality_parts",
        ),
        only=(("status", "submitted"),),
    ),
    # What reviewers told the moderators is between them.
    Section("review_cases", "reviews.ReviewCase", "author", ("escalated_at", "escalated_for")),
    Section("outcomes", "reviews.Outcome", "submission__author"),
    Section(
        "standing_as_reviewer", "reviews.GraderStanding", "reviewer", ("coach", "belief", "fit")
    ),
    Section("answers_about_reviews", "reviews.Answer", "writer", ("is_delivered",)),
    Section("appeals", "reviews.Appeal", "submission__author", ("moderator",)),
    Section(
        "works_found_copied",
        "reviews.CopyDecision",
        "submission__author",
        # Who was reviewing, who decided, and the other work stay between them and the moderators.
        ("flag", "claims", "decided_by", "taken_back_by"),
    ),
    Section("points", "leaderboard.PointEntry", "user", ("key",)),
    Section("standings", "leaderboard.Standing", "user"),
    Section("badges", "leaderboard.BadgeAward", "user"),
    Section("time_zone_changes", "leaderboard.ZoneMove", "user"),
    Section("league", "leaderboard.LeaguePlayer", "user"),
    Section("league_weeks", "leaderboard.LeagueMembership", "user"),
    Section("points_held_back", "leaderboard.HeldPoints", "user", ("key", "decided_by")),
    Section("ai_requests", "ai.AIRequest", "user", ("reserved",)),
    Section("ai_transcripts", "ai.Transcript", "user"),
    Section("ai_small_questions", "ai.Ask", "user"),
    Section("ai_spend", "ai.Spend", "user"),
    Section("ai_remembered_answers", "ai.CachedCompletion", "user", ("request_hash",)),
    Section("explanations", "ai.Explanation", "user"),
    # Where the site has them switched on.
    Section("second_factors", "mfa.Authenticator", "user", ("data",)),
    Section("other_sign_ins", "socialaccount.SocialAccount", "user"),
    Section("browser_sign_ins", "usersessions.UserSession", "user", ("session_key", "data")),
)

EXCLUDED = {
    "account.EmailConfirmation": "Keys of mails under way: secrets that work once.",
    "accounts.IdempotentRequest": "Answers kept for a day, in case a request is sent again.",
    "socialaccount.SocialToken": "Secrets of another site.",
    "ai.PromptTemplate": "Words of the site's own, by staff: a record of the site's.",
    "submissions.TextMark": "Numbers made of your works, by which alike ones are found.",
    "reviews.TrainingWork": "Works of the house; nobody's account.",
    "leaderboard.Suspicion": "What moderators look into, and it names somebody else.",
    "admin.LogEntry": "What staff did in the administration: a record of the site's.",
}


def sections() -> list[Section]:
    """Return the sections whose apps are part of this site."""
    return [section for section in SECTIONS if section.is_there]


def leads_to_person(model: type[models.Model], seen: frozenset[Any] = frozenset()) -> bool:
    """Whether a row of `model` belongs, over however many keys, to a person."""
    if model is User:
        return True
    for field in [*model._meta.concrete_fields, *model._meta.many_to_many]:
        target = field.related_model
        if not isinstance(target, type) or target in seen or target is model:
            continue
        if leads_to_person(target, seen | {model}):
            return True
    return False


def _app_of(label: str) -> str:
    """Return the app's path for a model's label; "mfa" lives in "allauth.mfa"."""
    name = label.split(".", maxsplit=1)[0]
    for config in apps.get_app_configs():
        if config.label == name:
            return config.name
    return name
