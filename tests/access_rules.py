"""Who may open what: one line for each route, which `test_access.py` tries as everybody.

A route without a line fails the test, so a new one cannot be forgotten. The world: alice owns a
private goal with everything in it, bob holds a claim on her work, carol has sent a review of it,
mona moderates, charlie is a stranger.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from tests.factories import PASSWORD

SIGN_IN = 302
WHO = ("anonymous", "stranger", "owner", "reviewer", "moderator")


@dataclass(frozen=True)
class Rule:
    """What each person gets: statuses in the order of WHO."""

    method: str
    statuses: tuple[int, ...]
    # Which thing of the world stands in the address, and what is sent.
    thing: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def everybody(status: int = 200, *, method: str = "GET", thing: str = "", **data: Any) -> Rule:
    return Rule(method, (status,) * 5, thing, data)


def signed_in(
    status: int = 200,
    *,
    method: str = "GET",
    anonymous: int = SIGN_IN,
    thing: str = "",
    **data: Any,
) -> Rule:
    return Rule(method, (anonymous, *(status,) * 4), thing, data)


def owner(
    thing: str, status: int, *, method: str = "GET", anonymous: int = SIGN_IN, **data: Any
) -> Rule:
    """Only alice; to all others there is no such thing."""
    return Rule(method, (anonymous, 404, status, 404, 404), thing, data)


def reviewer(
    thing: str, status: int, *, method: str = "GET", anonymous: int = SIGN_IN, **data: Any
) -> Rule:
    return Rule(method, (anonymous, 404, 404, status, 404), thing, data)


def author_and_moderator(thing: str, *, anonymous: int = SIGN_IN) -> Rule:
    return Rule("GET", (anonymous, 404, 200, 404, 200), thing)


def both_sides(
    thing: str, status: int, *, method: str = "GET", anonymous: int = SIGN_IN, **data: Any
) -> Rule:
    """The author of a work and its reviewer; to all others there is no such thing."""
    return Rule(method, (anonymous, 404, status, status, 404), thing, data)


def moderator(
    status: int, thing: str = "", *, method: str = "GET", anonymous: int = SIGN_IN, **data: Any
) -> Rule:
    """Moderators alone; to all others there is no such page."""
    return Rule(method, (anonymous, 404, 404, 404, status), thing, data)


def by_link(status: int, thing: str, *, method: str = "GET") -> Rule:
    """Whoever has the link, which only its owner got by mail."""
    return Rule(method, (status,) * 5, thing)


def at(thing: str, rule: Rule) -> Rule:
    """The same rule at the address of a thing."""
    return replace(rule, thing=thing)


POST: dict[str, Any] = {"method": "POST"}

PAGES: dict[str, list[Rule]] = {
    "readyz": [everybody()],
    "metrics": [everybody(404)],
    "security": [signed_in()],
    # Ending a sign-in asks first who is there: a redirect, whoever asks for whatever.
    "end_browser": [at("browser", signed_in(302, **POST))],
    "end_app": [at("family", signed_in(302, **POST))],
    "end_everywhere": [signed_in(302, **POST)],
    "pages:home": [Rule("GET", (200, 302, 302, 302, 302))],
    "pages:points": [everybody()],
    "pages:gallery": [everybody()],
    "pages:api_docs": [everybody()],
    "pages:theme": [everybody(302, **POST, theme="dark")],
    "pages:dashboard": [signed_in()],
    "pages:activity": [signed_in()],
    "pages:board": [signed_in()],
    "pages:my_place": [signed_in()],
    "pages:why": [signed_in()],
    "pages:settings": [signed_in(), signed_in(422, **POST)],
    "pages:set_picture": [signed_in(422, **POST)],
    "pages:remove_picture": [signed_in(302, **POST)],
    "pages:privacy": [signed_in(), signed_in(302, **POST, is_profile_public="on")],
    "pages:mail": [signed_in(), signed_in(302, **POST, wants_digest_mail="on")],
    # A picture is for those who may open the page of whose it is.
    "pages:avatar": [Rule("GET", (SIGN_IN, 404, 200, 404, 200), "picture")],
    "pages:blocked": [signed_in()],
    # The page of whom one blocks is the page that one could open before.
    "pages:block": [Rule("POST", (SIGN_IN, 404, 422, 404, 302), "username")],
    "pages:unblock": [owner("block", 302, **POST)],
    "pages:data": [signed_in()],
    "pages:request_export": [signed_in(302, **POST)],
    # Both ask again who it is, and go there.
    "pages:download_export": [owner("export", 302)],
    "pages:delete_account": [signed_in(302), signed_in(302, **POST)],
    "pages:leaving": [signed_in(302)],
    "pages:keep_account": [signed_in(302, **POST)],
    "pages:notifications": [signed_in()],
    "pages:read_all": [signed_in(302, **POST)],
    "pages:open_notification": [owner("notification", 302)],
    "pages:profile": [Rule("GET", (SIGN_IN, 404, 200, 404, 200), "username")],
    # A signed link in a mail: it works without signing in, and turns off one kind of mail.
    "pages:unsubscribe": [
        everybody(thing="unsubscribe"),
        everybody(method="POST", thing="unsubscribe"),
    ],
    "pages:goal": [owner("goal", 200)],
    # Badges are there to be shown: the pages, pictures and keys are everybody's.
    "badges:list": [everybody()],
    "badges:badge": [everybody(thing="badge")],
    "badges:image": [everybody(thing="badge")],
    "badges:issuer": [everybody()],
    "badges:keys": [everybody()],
    "badges:key": [everybody(thing="signing_key")],
    "badges:pin": [owner("badge", 302, **POST)],
    "badges:unpin": [owner("badge", 302, **POST)],
    "badges:credential": [owner("badge", 200)],
    "leagues:mine": [signed_in()],
    "leagues:join": [signed_in(302, **POST)],
    "leagues:leave": [signed_in(302, **POST)],
    "goals:list": [signed_in()],
    "goals:create": [signed_in(), signed_in(422, **POST)],
    "goals:edit": [owner("goal", 200), owner("goal", 422, **POST)],
    "goals:move": [owner("goal", 302, **POST, to="paused")],
    "goals:delete": [owner("goal", 200), owner("goal", 409, **POST)],
    "goals:practice": [owner("goal", 200), owner("goal", 302, **POST, minutes="5")],
    "goals:add_milestone": [owner("goal", 200), owner("goal", 302, **POST, title="One")],
    "goals:edit_milestone": [
        owner("milestone", 200),
        owner("milestone", 302, **POST, title="Two"),
    ],
    "goals:move_milestone": [owner("milestone", 302, **POST, way="up")],
    "pages:replan": [owner("goal", 200), owner("goal", 302, **POST)],
    "pages:shared_goal": [Rule("GET", (200,) * 5, "share_key")],
    "pages:shared_challenge": [Rule("GET", (200,) * 5, "shared_challenge")],
    "pages:calendar": [signed_in()],
    "pages:renew_calendar": [signed_in(302, **POST)],
    "pages:close_calendar": [signed_in(302, **POST)],
    "pages:calendar_feed": [Rule("GET", (200,) * 5, "calendar_token")],
    "goals:complete_milestone": [owner("milestone", 302, **POST)],
    "goals:reopen_milestone": [owner("milestone", 302, **POST)],
    "goals:remove_milestone": [owner("milestone", 302, **POST)],
    "challenges:create": [owner("goal", 200)],
    "challenges:detail": [owner("challenge", 200)],
    "challenges:edit": [owner("challenge", 200)],
    "challenges:duplicate": [owner("challenge", 302, **POST)],
    "challenges:shift": [owner("challenge", 302, **POST, way="up")],
    "challenges:place": [owner("challenge", 302, **POST, milestone="", before="")],
    "challenges:arrange": [owner("goal", 200)],
    "challenges:many": [owner("goal", 302, **POST, deed="skip")],
    "challenges:quests": [signed_in()],
    "challenges:my_quests": [signed_in()],
    "challenges:quest": [Rule("GET", (SIGN_IN, 200, 200, 200, 200), "quest")],
    "challenges:start_quest": [Rule("POST", (SIGN_IN, 422, 422, 422, 422), "quest")],
    "challenges:publish_quest": [
        owner("goal", 200),
        owner("goal", 302, **POST, title="Talk", summary="A plan to talk to people at shops."),
    ],
    "challenges:unpublish_quest": [owner("quest", 302, **POST)],
    "challenges:skip": [owner("challenge", 302, **POST)],
    "challenges:resume": [owner("challenge", 302, **POST)],
    "challenges:delete": [owner("challenge", 200), owner("challenge", 302, **POST)],
    "challenges:request_plan": [owner("goal", 200), owner("goal", 302, **POST, wish="")],
    "challenges:plan": [owner("plan", 200)],
    "challenges:retry_plan": [owner("plan", 302, **POST)],
    "challenges:accept_all": [owner("plan", 302, **POST)],
    "challenges:edit_proposal": [owner("proposal", 200)],
    "challenges:accept_proposal": [owner("proposal", 302, **POST)],
    "challenges:drop_proposal": [owner("proposal", 302, **POST)],
    "challenges:restore_proposal": [owner("proposal", 302, **POST)],
    "challenges:vary_proposal": [owner("proposal", 302, **POST, how="easier")],
    "challenges:request_replan": [owner("goal", 200), owner("goal", 302, **POST, wish="")],
    "challenges:replan": [owner("replan", 200)],
    "challenges:retry_replan": [owner("replan", 302, **POST)],
    "challenges:take_replan": [owner("replan", 302, **POST)],
    "challenges:take_line": [owner("line", 302, **POST)],
    "challenges:leave_line": [owner("line", 302, **POST)],
    "challenges:restore_line": [owner("line", 302, **POST)],
    "ai:explain": [signed_in(), signed_in(422, **POST)],
    "ai:explanation": [owner("explanation", 200)],
    "ai:retry_explanation": [owner("explanation", 302, **POST)],
    "ai:sent": [signed_in()],
    "submissions:hint": [owner("begun_challenge", 302, **POST, body="More")],
    "submissions:work": [owner("begun_challenge", 200)],
    "submissions:save": [owner("begun_challenge", 302, **POST, body="More")],
    "submissions:preview": [owner("begun_challenge", 200, **POST, body="More")],
    "submissions:attempts": [owner("begun_challenge", 200)],
    "submissions:discard": [owner("draft", 302, **POST)],
    # Nothing is chosen: the desk is shown again.
    "submissions:attach": [owner("begun_challenge", 302, **POST)],
    "submissions:attachment": [
        owner("draft_file", 200),
        Rule("GET", (SIGN_IN, 404, 200, 404, 200), "file"),
    ],
    "submissions:remove": [owner("draft_file", 302, **POST), owner("file", 302, **POST)],
    "submissions:history": [owner("begun_challenge", 200)],
    "submissions:revision": [owner("revision", 200)],
    "submissions:bring_back": [owner("revision", 302, **POST)],
    # A first attempt changed nothing.
    "submissions:changes": [
        owner("submission", 404),
        Rule("GET", (SIGN_IN, 404, 200, 404, 200), "second_attempt"),
    ],
    "reviews:similar_list": [moderator(200)],
    "reviews:similar": [moderator(200, "similar")],
    "reviews:decide_similar": [
        moderator(302, "similar", **POST, reason="Alike", decision="dismissed"),
        moderator(422, "similar", **POST, decision="dismissed"),
    ],
    "reviews:take_back_similar": [moderator(422, "copy", **POST)],
    "reviews:waiting_list": [moderator(200)],
    "reviews:waiting": [moderator(200, "waiting")],
    "reviews:decide_waiting": [
        moderator(302, "waiting", **POST, reason="No rule is broken."),
        moderator(422, "waiting", **POST),
    ],
    "reviews:note_read": [moderator(302, "note", **POST)],
    "reviews:note_unread": [moderator(302, "note", **POST)],
    "reviews:attachment": [reviewer("file_to_review", 200)],
    "reviews:changes": [reviewer("claim", 404), reviewer("second_claim", 200)],
    "reviews:withdraw": [owner("submission", 302, **POST)],
    "reviews:hand_in": [owner("begun_challenge", 302, **POST, body="Done")],
    "reviews:submission": [author_and_moderator("submission")],
    "reviews:retry_feedback": [owner("submission", 302, **POST)],
    "reviews:rate_feedback": [owner("submission", 302, **POST, helpful="yes")],
    "reviews:report_feedback": [owner("submission", 302, **POST, note="No.")],
    "reviews:queue": [signed_in()],
    "reviews:next": [signed_in(302, **POST)],
    "reviews:practise": [signed_in(302, **POST)],
    "reviews:desk": [reviewer("claim", 200)],
    "reviews:save": [reviewer("claim", 302, **POST, overall="So far")],
    "reviews:check": [reviewer("claim", 302, **POST, overall="So far it is good work.")],
    "reviews:send": [reviewer("claim", 422, **POST)],
    "reviews:release": [reviewer("claim", 302, **POST)],
    "reviews:renew": [reviewer("claim", 302, **POST)],
    "reviews:helpful": [owner("sent_review", 302, **POST, helpful="yes")],
    "reviews:standing": [signed_in()],
    # Work that did not come back has nothing to take up: the page says so.
    "reviews:addressed": [owner("sent_review", 302, **POST, criterion="clear", addressed="yes")],
    # The author and who gave the review, once the work is settled.
    "reviews:names": [both_sides("settled_review", 302, **POST, show="yes")],
    "reviews:thanks": [both_sides("settled_review", 302, **POST)],
    "reviews:answer": [both_sides("settled_review", 302, **POST, text="Thanks.")],
    # It was appealed already: the page of the work says so.
    "reviews:appeal": [owner("settled", 302), owner("settled", 422, **POST, reason="No.")],
    "reviews:appeals": [moderator(200)],
    "reviews:appeal_case": [moderator(200, "appeal")],
    "reviews:decide_appeal": [moderator(422, "appeal", **POST)],
    "reviews:fairness": [moderator(200)],
    "reviews:fairness_table": [moderator(200)],
    "moderation:report": [
        owner("reportable", 200),
        owner("reportable", 302, **POST, reason="spam"),
        # The work under a review, by the review's id.
        reviewer("reportable_work", 200),
        # By its own id it is nothing that anybody may report before the review is sent.
        Rule("GET", (SIGN_IN, 404, 404, 404, 404), "work_by_its_id"),
    ],
    "moderation:yours": [signed_in()],
    # Moderators are led to the page on which they decide.
    "moderation:one": [Rule("GET", (SIGN_IN, 404, 200, 404, 302), "report")],
    "moderation:queue": [moderator(200)],
    "moderation:suspended": [moderator(200)],
    "moderation:lift": [moderator(302, "suspended", **POST)],
    "moderation:case": [moderator(200, "report")],
    "moderation:claim": [moderator(302, "report", **POST)],
    "moderation:release": [moderator(302, "report", **POST)],
    "moderation:decide": [moderator(422, "report", **POST)],
    "moderation:undo": [moderator(302, "report", **POST)],
}

# allauth's own, by the same rule. What a learner reaches only with something in the session, such
# as a sign-in half done, leads everybody elsewhere; `accounts/tests` tell what happens then.
ALLAUTH: dict[str, list[Rule]] = {
    "account_login": [Rule("GET", (200, 302, 302, 302, 302)), Rule("POST", (200, *(302,) * 4))],
    "account_signup": [Rule("GET", (200, 302, 302, 302, 302)), Rule("POST", (200, *(302,) * 4))],
    "account_logout": [Rule("GET", (302, 200, 200, 200, 200)), everybody(302, **POST)],
    "account_inactive": [everybody()],
    "account_reauthenticate": [signed_in(), signed_in(**POST, password="wrong")],
    "account_email": [signed_in(), signed_in(302, **POST, email="new@example.com", action_add="1")],
    "account_email_verification_sent": [everybody()],
    "account_confirm_email": [by_link(200, "confirmation")],
    "account_change_password": [signed_in(), signed_in(**POST, oldpassword="wrong")],
    # They all have a password, and are sent to where it is changed.
    "account_set_password": [signed_in(302), signed_in(302, **POST)],
    "account_reset_password": [everybody(), everybody(302, **POST, email="alice@example.com")],
    "account_reset_password_done": [everybody()],
    "account_reset_password_from_key_done": [everybody()],
    "account_reset_password_from_key": [by_link(302, "reset_key")],
    "account_confirm_login_code": [everybody(302)],
    "mfa_index": [signed_in(302)],
    "mfa_list_webauthn": [signed_in(302)],
    "mfa_authenticate": [everybody(302), everybody(302, **POST, code="000000")],
    # Nobody has a second step here, so their password is what they confirm with.
    "mfa_reauthenticate": [signed_in(302), signed_in(302, **POST)],
    "mfa_reauthenticate_webauthn": [signed_in(302), signed_in(302, **POST)],
    "mfa_login_webauthn": [everybody(302), everybody(302, **POST, credential="{}")],
    "mfa_activate_totp": [signed_in(302), signed_in(302, **POST)],
    "mfa_deactivate_totp": [signed_in(404)],
    "mfa_view_recovery_codes": [signed_in(404)],
    "mfa_download_recovery_codes": [signed_in(404)],
    "mfa_generate_recovery_codes": [signed_in(302), signed_in(302, **POST)],
    "mfa_add_webauthn": [signed_in(302), signed_in(302, **POST)],
    "mfa_edit_webauthn": [
        at("passkey", signed_in(302)),
        at("passkey", signed_in(302, **POST, name="Mine")),
    ],
    "mfa_remove_webauthn": [at("passkey", signed_in(302)), at("passkey", signed_in(302, **POST))],
}

NO_ONE: dict[str, Any] = {"anonymous": 401}


def api_owner(thing: str, status: int, method: str = "GET", **data: Any) -> Rule:
    return owner(thing, status, method=method, anonymous=401, **data)


def api_reviewer(thing: str, status: int, method: str = "GET", **data: Any) -> Rule:
    return reviewer(thing, status, method=method, anonymous=401, **data)


def api_signed_in(status: int = 200, method: str = "GET", **data: Any) -> Rule:
    return signed_in(status, method=method, anonymous=401, **data)


# Who sees which rows, in words; `test_visibility.py` proves the rules themselves.
ROWS: dict[str, str] = {
    "User": "themselves; once the profile is public everybody but whom a block keeps apart, "
    "unless hidden; moderators, while active",
    "Report": "who reported; whom a decision fell on, without who reported; moderators",
    "Block": "who blocks",
    "RefreshToken": "whose it is",
    "IdempotentRequest": "whose it is",
    "Notification": "whose it is",
    "OutgoingMail": "whom it is to; admins with the permission, without its words",
    "KnownDevice": "whose it is; admins with the permission",
    "DataExport": "whose it is",
    "WeeklyDigest": "whom it was sent to",
    "AuditEvent": "whom it is about; admins with the permission `view_auditevent`",
    "Goal": "the owner; everybody once it is public, unless a draft, hidden (moderators see it) or "
    "kept apart by a block; by its link when unlisted",
    "CalendarFeed": "whose it is; the calendar itself opens with its address",
    "Milestone": "as its goal",
    "Progress": "whose log it is",
    "Challenge": "as its goal",
    "Prerequisite": "as its goal",
    "Quest": "the publisher; everybody while it is published and its publisher is here, unless "
    "hidden (moderators see it) or kept apart by a block",
    "QuestStart": "who started it",
    "Plan": "the goal's owner",
    "Proposal": "the goal's owner",
    "Variation": "the goal's owner",
    "Replan": "the goal's owner",
    "ReplanLine": "the goal's owner",
    "Submission": "the author; moderators once handed in; a reviewer through their claim alone",
    "Attachment": "as its submission; a reviewer without its name",
    "DraftRevision": "the author of the draft",
    "SimilarityFlag": "moderators, unless it is about work that they wrote or review",
    "AIFeedback": "as its submission",
    "PeerReview": "the reviewer; the author and moderators once sent, without the reviewer's name, "
    "the author not once it is hidden; its note to moderators, and who read that, for moderators "
    "who neither wrote nor reviewed the work",
    "ReviewCase": "as its submission",
    "GraderStanding": "the reviewer whose it is",
    "Outcome": "as its submission",
    "Answer": "both sides of the review, unless hidden; always its writer; moderators",
    "CopyDecision": "the author of the work, without whose the other is; moderators",
    "Appeal": "the author; who has reviewed the work; moderators",
    "PointEntry": "whose it is",
    "Standing": "everybody, unless the learner left the board; always oneself",
    "BadgeAward": "as the profile of whom it was awarded to",
    "ZoneMove": "whose it is",
    "LeaguePlayer": "whose it is",
    "LeagueMembership": "whose it is; who takes part sees the table of their own group",
    "HeldPoints": "moderators",
    "Suspicion": "moderators",
    "Explanation": "who asked",
    "Ask": "who asked",
    "Transcript": "whose things were sent",
}
# Models without a rule, each with the reason why nobody needs one.
NOT_PERSONAL: dict[str, str] = {
    "PromptTemplate": "words of the site's own, which only the admin shows",
    "CachedCompletion": "answers by hash of the question, without a person; no page lists them",
    "TextMark": "numbers made of works, which say nothing of them; no page lists them",
    "GradingFit": "how much a nightly fit read and what was usual among all; the admin shows it",
    "Tally": "how many learners have how many points, without a person",
    "DayCount": "how many learners had how many points on a day, without a person",
    "RankChange": "ids of whom Redis has yet to hear, for seconds; no page shows them",
    "RankMirror": "one number: how far Redis is",
    "ScheduledJob": "when the site's own jobs are due",
    "TrainingWork": "work of the house with known marks; a reviewer sees it through their review",
    "Outage": "when the site was down; nobody's",
    "Heartbeat": "when the site was last at work",
    "SigningKey": "keys of the site, whose public half is everybody's; no page shows the other",
    "LeagueGroup": "a week and a number; who is in it stands in LeagueMembership",
    "LeagueTurn": "how far the site is with a week",
    "AIRequest": "accounting for operators, which only the admin shows; it holds no words",
    "Spend": "counters for operators, which no page lists; learners see what is left of their own",
    "Breaker": "how a model server fares, without a person",
    "Flight": "questions under way by their hash, without a person",
    "Alert": "when the operator was told of what",
}

# "$goal" in what is sent stands for the id of that thing.
API: dict[tuple[str, str], Rule] = {
    ("POST", "/api/auth/register"): everybody(422, **POST),
    ("POST", "/api/auth/login"): everybody(422, **POST),
    ("POST", "/api/auth/refresh"): everybody(401, **POST, refresh="none"),
    ("POST", "/api/auth/logout"): api_signed_in(204, "POST"),
    ("GET", "/api/auth/profile"): api_signed_in(),
    ("PUT", "/api/auth/profile"): api_signed_in(200, "PUT", bio="Hello"),
    ("DELETE", "/api/auth/profile"): api_signed_in(202, "DELETE", password=PASSWORD),
    ("POST", "/api/auth/profile/restore"): api_signed_in(409, "POST"),
    # What is sent is no picture.
    ("PUT", "/api/auth/profile/avatar"): api_signed_in(422, "PUT"),
    ("DELETE", "/api/auth/profile/avatar"): api_signed_in(200, "DELETE"),
    ("POST", "/api/auth/export"): api_signed_in(202, "POST"),
    ("GET", "/api/auth/export/{export_id}"): api_owner("export", 200),
    ("POST", "/api/auth/export/{export_id}/download"): api_owner(
        "export", 200, "POST", password=PASSWORD
    ),
    ("GET", "/api/users/{username}"): Rule("GET", (401, 404, 200, 404, 200), "username"),
    ("GET", "/api/notifications/"): api_signed_in(),
    ("POST", "/api/notifications/read"): api_signed_in(200, "POST"),
    ("POST", "/api/notifications/{notification_id}/read"): api_owner("notification", 200, "POST"),
    ("GET", "/api/goals/"): api_signed_in(),
    ("POST", "/api/goals/"): api_signed_in(201, "POST", title="Bake bread"),
    ("GET", "/api/goals/tags"): api_signed_in(),
    ("GET", "/api/goals/shared/{key}"): Rule("GET", (401, 200, 200, 200, 200), "share_key"),
    ("PATCH", "/api/goals/{goal_id}"): api_owner("goal", 200, "PATCH", title="Bake"),
    ("PUT", "/api/goals/{goal_id}/milestones/order"): api_owner(
        "goal", 200, "PUT", milestones=["$milestone"]
    ),
    ("GET", "/api/goals/{goal_id}/replan"): api_owner("goal", 200),
    ("POST", "/api/goals/{goal_id}/replan"): api_owner("goal", 200, "POST", dates=[]),
    ("GET", "/api/milestones/{milestone_id}"): api_owner("milestone", 200),
    ("PATCH", "/api/milestones/{milestone_id}"): api_owner("milestone", 200, "PATCH", title="Two"),
    ("GET", "/api/goals/{goal_id}"): api_owner("goal", 200),
    ("PUT", "/api/goals/{goal_id}"): api_owner("goal", 200, "PUT", title="Bake"),
    ("DELETE", "/api/goals/{goal_id}"): api_owner("goal", 409, "DELETE"),
    ("POST", "/api/goals/{goal_id}/status"): api_owner("goal", 200, "POST", to="paused"),
    ("GET", "/api/goals/{goal_id}/milestones"): api_owner("goal", 200),
    ("POST", "/api/goals/{goal_id}/milestones"): api_owner("goal", 201, "POST", title="One"),
    ("PUT", "/api/milestones/{milestone_id}"): api_owner("milestone", 200, "PUT", title="Two"),
    ("POST", "/api/milestones/{milestone_id}/complete"): api_owner("milestone", 200, "POST"),
    ("POST", "/api/milestones/{milestone_id}/reopen"): api_owner("milestone", 200, "POST"),
    ("DELETE", "/api/milestones/{milestone_id}"): api_owner("milestone", 204, "DELETE"),
    ("GET", "/api/challenges/"): api_signed_in(),
    ("POST", "/api/challenges/"): api_owner(
        "", 201, "POST", goal="$goal", title="Talk", instructions="Talk to somebody."
    ),
    ("GET", "/api/challenges/{challenge_id}"): api_owner("challenge", 200),
    ("PUT", "/api/challenges/{challenge_id}"): api_owner("challenge", 200, "PUT", title="New"),
    ("DELETE", "/api/challenges/{challenge_id}"): api_owner("challenge", 204, "DELETE"),
    ("POST", "/api/challenges/{challenge_id}/skip"): api_owner("challenge", 200, "POST"),
    ("POST", "/api/challenges/{challenge_id}/resume"): api_owner("challenge", 409, "POST"),
    ("GET", "/api/challenges/rubric-presets"): api_signed_in(),
    ("PUT", "/api/challenges/order"): api_owner("", 409, "PUT", goal="$goal", order=[]),
    ("POST", "/api/challenges/bulk"): api_owner(
        "", 422, "POST", goal="$goal", ids=[999_999], deed="skip"
    ),
    ("PATCH", "/api/challenges/{challenge_id}"): api_owner("challenge", 200, "PATCH", title="New"),
    ("POST", "/api/challenges/{challenge_id}/duplicate"): api_owner("challenge", 201, "POST"),
    ("POST", "/api/challenges/{challenge_id}/place"): api_owner("challenge", 200, "POST"),
    ("GET", "/api/challenges/{challenge_id}/prerequisites"): api_owner("challenge", 200),
    ("PUT", "/api/challenges/{challenge_id}/prerequisites"): api_owner(
        "challenge", 200, "PUT", needs=[]
    ),
    ("GET", "/api/quests/"): api_signed_in(),
    ("POST", "/api/quests/"): api_owner(
        "", 201, "POST", goal="$goal", summary="A plan to talk to people at shops."
    ),
    ("GET", "/api/quests/{quest_id}"): Rule("GET", (401, 200, 200, 200, 200), "quest"),
    ("POST", "/api/quests/{quest_id}/start"): Rule("POST", (401, 201, 201, 201, 201), "quest"),
    ("POST", "/api/quests/{quest_id}/unpublish"): api_owner("quest", 200, "POST"),
    ("GET", "/api/progress/dashboard"): api_signed_in(),
    ("GET", "/api/progress/goals/{goal_id}"): api_owner("goal", 200),
    ("POST", "/api/progress/"): api_owner("", 201, "POST", goal="$goal", minutes=5),
    ("POST", "/api/submissions/"): api_owner(
        "", 201, "POST", challenge="$challenge", body="My work."
    ),
    ("GET", "/api/submissions/challenge/{challenge_id}"): api_owner("challenge", 200),
    # What is sent holds no file.
    ("POST", "/api/submissions/{submission_id}/attachments"): at(
        "draft", api_signed_in(422, "POST")
    ),
    ("GET", "/api/submissions/{submission_id}/attachments/{attachment_id}"): author_and_moderator(
        "submission_file", **NO_ONE
    ),
    ("DELETE", "/api/submissions/{submission_id}/attachments/{attachment_id}"): api_owner(
        "submission_file", 409, "DELETE"
    ),
    # A reviewer has begun.
    ("POST", "/api/submissions/{submission_id}/withdraw"): api_owner("submission", 409, "POST"),
    ("GET", "/api/reviews/{review_id}/attachments/{number}"): api_reviewer("file_to_review", 200),
    ("GET", "/api/submissions/{submission_id}"): author_and_moderator("submission", **NO_ONE),
    # The number that the claim gives, not the work's id.
    ("PUT", "/api/submissions/{submission_id}/review"): api_reviewer(
        "work_in_hand", 200, "PUT", overall="So far", send=False
    ),
    ("GET", "/api/reviews/"): api_signed_in(),
    # Alice has none to review, bob holds one already, and others may claim.
    ("POST", "/api/reviews/next"): Rule("POST", (401, 204, 204, 200, 204)),
    ("POST", "/api/reviews/practise"): Rule("POST", (401, 200, 200, 200, 200)),
    ("GET", "/api/reviews/queue"): api_signed_in(),
    ("PUT", "/api/reviews/{review_id}"): api_reviewer(
        "claim", 200, "PUT", overall="So far", send=False
    ),
    ("GET", "/api/reviews/{review_id}"): api_reviewer("claim", 200),
    ("POST", "/api/reviews/{review_id}/release"): api_reviewer("claim", 200, "POST"),
    ("POST", "/api/reviews/{review_id}/renew"): api_reviewer("claim", 200, "POST"),
    ("POST", "/api/reviews/{review_id}/helpful"): api_owner(
        "sent_review", 200, "POST", helpful=True
    ),
    ("GET", "/api/reviews/standing"): api_signed_in(),
    ("POST", "/api/reviews/{review_id}/addressed"): api_owner(
        "sent_review", 409, "POST", criterion="clear", addressed=True
    ),
    ("POST", "/api/ai/generate-challenges"): api_owner("", 202, "POST", goal="$goal"),
    ("GET", "/api/ai/plans"): api_signed_in(),
    ("GET", "/api/ai/plans/{plan_id}"): api_owner("plan", 200),
    ("POST", "/api/ai/plans/{plan_id}/retry"): api_owner("plan", 409, "POST"),
    ("POST", "/api/ai/plans/{plan_id}/accept"): api_owner("plan", 201, "POST"),
    ("PUT", "/api/ai/proposals/{proposal_id}"): api_owner("proposal", 200, "PUT", title="New"),
    ("POST", "/api/ai/proposals/{proposal_id}/drop"): api_owner("proposal", 200, "POST"),
    ("POST", "/api/ai/proposals/{proposal_id}/restore"): api_owner("proposal", 409, "POST"),
    ("POST", "/api/ai/proposals/{proposal_id}/vary"): api_owner(
        "proposal", 202, "POST", how="easier"
    ),
    ("POST", "/api/ai/replan"): api_owner("", 202, "POST", goal="$goal"),
    ("GET", "/api/ai/replans/{replan_id}"): api_owner("replan", 200),
    ("POST", "/api/ai/replans/{replan_id}/retry"): api_owner("replan", 409, "POST"),
    ("POST", "/api/ai/replans/{replan_id}/accept"): api_owner("replan", 200, "POST"),
    ("POST", "/api/ai/replan-lines/{line_id}/drop"): api_owner("line", 200, "POST"),
    ("POST", "/api/ai/replan-lines/{line_id}/restore"): api_owner("line", 409, "POST"),
    ("POST", "/api/ai/hint"): api_owner("", 200, "POST", challenge="$begun_challenge"),
    ("GET", "/api/ai/asks/{ask_id}"): api_owner("ask", 200),
    ("GET", "/api/ai/sent"): api_signed_in(),
    ("POST", "/api/reviews/{review_id}/check"): api_reviewer("claim", 422, "POST"),
    ("POST", "/api/ai/feedback/{submission_id}/wrong"): api_owner(
        "submission", 409, "POST", note="No."
    ),
    ("POST", "/api/ai/feedback"): api_owner("", 202, "POST", submission="$submission"),
    ("GET", "/api/ai/feedback/{submission_id}"): author_and_moderator("submission", **NO_ONE),
    ("POST", "/api/ai/feedback/{submission_id}/helpful"): api_owner(
        "submission", 409, "POST", helpful=True
    ),
    ("POST", "/api/ai/explain"): api_signed_in(202, "POST", concept="recursion"),
    ("GET", "/api/ai/explanations/{explanation_id}"): api_owner("explanation", 200),
    ("POST", "/api/ai/explanations/{explanation_id}/retry"): api_owner("explanation", 409, "POST"),
    ("GET", "/api/auth/blocks"): api_signed_in(),
    ("POST", "/api/auth/blocks"): api_signed_in(404, "POST", username="nobody-here"),
    ("DELETE", "/api/auth/blocks/{username}"): api_owner("blocked", 204, "DELETE"),
    ("GET", "/api/reports/"): api_signed_in(),
    ("POST", "/api/reports/"): api_owner(
        "", 201, "POST", kind="review", target="$sent_review", reason="spam"
    ),
    ("GET", "/api/reports/{report_id}"): Rule("GET", (401, 404, 200, 404, 200), "report"),
    ("GET", "/api/moderation/reports"): moderator(200, **NO_ONE),
    ("GET", "/api/moderation/reports/{report_id}"): moderator(200, "report", **NO_ONE),
    ("POST", "/api/moderation/reports/{report_id}/claim"): moderator(
        200, "report", **POST, **NO_ONE
    ),
    ("POST", "/api/moderation/reports/{report_id}/release"): moderator(
        409, "report", **POST, **NO_ONE
    ),
    ("POST", "/api/moderation/reports/{report_id}/decide"): moderator(
        409, "report", **POST, **NO_ONE, decision="dismissed", explanation="No rule is broken."
    ),
    ("POST", "/api/moderation/reports/{report_id}/undo"): moderator(
        409, "report", **POST, **NO_ONE
    ),
    ("GET", "/api/moderation/suspensions"): moderator(200, **NO_ONE),
    ("POST", "/api/moderation/suspensions/{username}/lift"): moderator(
        204, "suspended_name", **POST, **NO_ONE
    ),
    ("GET", "/api/moderation/appeals"): moderator(200, **NO_ONE),
    ("POST", "/api/moderation/appeals/{appeal_id}/decide"): moderator(
        422, "appeal", **POST, **NO_ONE, decision="upheld", explanation="No."
    ),
    ("GET", "/api/moderation/similar"): moderator(200, **NO_ONE),
    ("POST", "/api/moderation/similar/{flag_id}/decide"): moderator(
        422, "similar", **POST, **NO_ONE, decision="confirmed", reason=""
    ),
    ("GET", "/api/moderation/waiting"): moderator(200, **NO_ONE),
    ("GET", "/api/moderation/notes"): moderator(200, **NO_ONE),
    ("POST", "/api/moderation/notes/{note_id}/read"): moderator(200, "note", **POST, **NO_ONE),
    ("POST", "/api/moderation/notes/{note_id}/unread"): moderator(200, "note", **POST, **NO_ONE),
    ("POST", "/api/moderation/waiting/{case_id}/decide"): moderator(
        422, "waiting", **POST, **NO_ONE, decision="back", reason=""
    ),
    ("POST", "/api/moderation/copies/{copy_id}/take-back"): moderator(
        422, "copy", **POST, **NO_ONE, reason=""
    ),
    ("GET", "/api/moderation/fairness"): moderator(200, **NO_ONE),
    ("GET", "/api/reviews/{review_id}/names"): both_sides("settled_review", 200, **NO_ONE),
    ("POST", "/api/reviews/{review_id}/names"): both_sides(
        "settled_review", 200, **POST, **NO_ONE, show=True
    ),
    # The author thanks, not the reviewer.
    ("POST", "/api/reviews/{review_id}/thanks"): Rule(
        "POST", (401, 404, 204, 403, 404), "settled_review"
    ),
    ("GET", "/api/reviews/{review_id}/answers"): both_sides("settled_review", 200, **NO_ONE),
    ("POST", "/api/reviews/{review_id}/answers"): both_sides(
        "settled_review", 201, **POST, **NO_ONE, text="Thanks."
    ),
    ("GET", "/api/submissions/{submission_id}/steps"): Rule(
        "GET", (401, 404, 200, 200, 200), "settled"
    ),
    ("GET", "/api/submissions/{submission_id}/appeal"): Rule(
        "GET", (401, 404, 200, 200, 200), "settled"
    ),
    ("POST", "/api/submissions/{submission_id}/appeal"): api_owner(
        "settled", 409, "POST", reason="The reviewers overlooked the second half."
    ),
    ("GET", "/api/badges/"): api_signed_in(),
    ("GET", "/api/badges/{code}"): api_signed_in(thing="badge"),
    ("PUT", "/api/badges/{code}/pin"): api_owner("badge", 200, "PUT"),
    ("DELETE", "/api/badges/{code}/pin"): api_owner("badge", 204, "DELETE"),
    ("GET", "/api/badges/{code}/credential"): api_owner("badge", 200),
    ("GET", "/api/leagues/mine"): api_signed_in(),
    ("PUT", "/api/leagues/mine"): api_signed_in(200, "PUT", is_in=True),
    ("GET", "/api/leaderboard/"): api_signed_in(),
    ("GET", "/api/leaderboard/user/{user_id}"): api_signed_in(),
}
# Alice is on the board, so everybody may see where she stands.
API[("GET", "/api/leaderboard/user/{user_id}")] = Rule("GET", (401, 200, 200, 200, 200), "user")
