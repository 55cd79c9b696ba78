"""Words that can be seen: names and titles by page and API, and what counts as empty."""

import unicodedata
from typing import Any

import pytest
from django.test import Client

from accounts import profile, signup
from accounts.models import User
from challenges import authoring, catalogue
from challenges.models import Challenge
from goals import lifecycle, milestones
from goals.models import Goal
from learnquest.core.errors import Invalid
from learnquest.core.text import is_blank, one_line, visible_words
from reviews import handin, peer_review
from submissions.models import Submission
from tests.factories import answers, claim, make_challenge, make_draft

UNSEEN = {
    "zero-width spaces": "\u200b\u200b",
    "Hangul fillers": "\u3164\u3164",
    "half-width filler": "\uffa0",
    "fillers of syllables": "\u115f\u1160",
    "joiners": "\u200d\u200c",
    "marks of direction": "\u202e\u2066\u200f",
    "byte order mark": "\ufeff",
    "soft hyphen": "\xad",
    "empty Braille": "\u2800",
    "selector alone": "\ufe0f",
    "tags alone": "\U000e0041\U000e0042",
    "accent alone": "\u0301",
    "line breaks": "\n\u2028",
    "wide space": "\u3000",
    "not a character": "\ufffe",
}


def json(client: Client, method: str, path: str, **body: Any) -> Any:
    return getattr(client, method)(path, body, content_type="application/json")


@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN.keys())
def test_what_shows_nothing_is_empty(text: str) -> None:
    assert one_line(text) == "" and is_blank(text)


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # Persian, with a joiner that parts
        "क\u094d\u200dष",  # Devanagari, with one that joins
        "👩\u200d👩\u200d👧",
        "❤\ufe0f",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # Scotland
        "ขอบคุณ",
        "שלום",
        "٣\u0600",
        "\U0001fae9",  # younger than some tables
    ],
)
def test_what_languages_and_emoji_need_stays(text: str) -> None:
    assert one_line(text) == text and not is_blank(text)


def test_a_line_is_tidied() -> None:
    assert one_line("\u202elive live") == "live live"
    assert one_line("  Ann\u3164\n\tLee\u2028 ") == "Ann Lee"
    assert one_line("A\x07l\u200bi\xadce") == "Alice"
    assert one_line("\u200dAnn\u200d\u200d Lee\u200c") == "Ann Lee"
    assert one_line("Zoe\u0308") == unicodedata.normalize("NFC", "Zoe\u0308") == "Zoë"
    # What is left out stood between two that belong together.
    assert one_line("e\u200b\u0301") == "é"
    assert one_line(one_line("a\u200d \u200db")) == one_line("a\u200d \u200db") == "a b"
    assert visible_words("one \u200b two \u3164") == ["one", "two"]


@pytest.mark.parametrize("name", [*UNSEEN.values(), "   "])
def test_a_name_has_to_be_seen(name: str, alice: User, client: Client) -> None:
    with pytest.raises(Invalid) as refusal:
        profile.update_profile(user=alice, display_name=name)
    assert "display_name" in refusal.value.errors
    client.force_login(alice)
    answer = json(client, "put", "/api/auth/profile", display_name=name)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/display_name"
    alice.refresh_from_db()
    assert alice.display_name == "Alice"


def test_nor_is_one_taken_by_the_pages(alice: User, client: Client) -> None:
    fields = {
        "email": "new@example.com", "password1": "correct horse battery", "time_zone": "UTC",
    }  # fmt: skip
    page = client.post("/accounts/signup/", {**fields, "display_name": "\u3164\u3164"})
    assert page.status_code == 200 and "Nothing of this can be seen" in page.content.decode()
    assert not User.objects.filter(email="new@example.com").exists()
    client.force_login(alice)
    sent = {"username": "alice", "time_zone": "UTC", "locale": "en", "bio": ""}
    page = client.post("/settings/", {**sent, "display_name": "\u200b\u200b"})
    assert "Nothing of this can be seen" in page.content.decode()
    alice.refresh_from_db()
    assert alice.display_name == "Alice"


def test_a_name_is_kept_on_one_line_in_its_order(alice: User, client: Client) -> None:
    client.force_login(alice)
    answer = json(client, "put", "/api/auth/profile", display_name="\u202elive\r\nlive ")
    assert answer.status_code == 200 and answer.json()["display_name"] == "live live"
    sent = {"username": "alice", "time_zone": "UTC", "locale": "en", "bio": ""}
    client.post("/settings/", {**sent, "display_name": "\u202eevil\u200b  two"})
    alice.refresh_from_db()
    assert alice.display_name == "evil two"


def test_an_app_cannot_register_without_a_name_to_see(client: Client, rf: Any, db: None) -> None:
    new = {"email": "new@example.com", "password": "correct horse battery"}
    answer = json(client, "post", "/api/auth/register", **new, display_name="\u3164\u200b")
    assert answer.status_code == 422 and not User.objects.exists()
    made = signup.sign_up(request=rf.post("/"), **new, display_name="Ann\nLee\u202e")
    assert made is not None and made.display_name == "Ann Lee"


@pytest.mark.parametrize("name", ["admin", "Support", "api", "new", "me", "learnquest", "Staff_"])
def test_no_one_takes_a_reserved_username(name: str, alice: User, client: Client) -> None:
    client.force_login(alice)
    answer = json(client, "put", "/api/auth/profile", username=name)
    # "me" is too short anyhow.
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/username"
    sent = {"display_name": "Alice", "time_zone": "UTC", "locale": "en", "bio": ""}
    page = client.post("/settings/", {**sent, "username": name}).content.decode()
    assert len(name) < 3 or "This username is reserved" in page
    alice.refresh_from_db()
    assert alice.username == "alice"
    assert User.objects.free_username(name).startswith(f"{name.lower().strip('-_')}-")


def test_who_has_a_reserved_username_already_keeps_it(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(username="support")
    kept = profile.update_profile(user=alice, username="support", bio="Here to help.")
    assert (kept.username, kept.bio) == ("support", "Here to help.")


def test_titles_have_to_be_seen(alice: User, goal: Goal, challenge: Challenge) -> None:
    for deed, fields in (
        (lifecycle.create_goal, {}),
        (lifecycle.update_goal, {"goal": goal}),
        (milestones.add_milestone, {"goal": goal}),
        (authoring.create_challenge, {"goal": goal, "instructions": "Do it."}),
        (authoring.update_challenge, {"challenge": challenge}),
    ):
        with pytest.raises(Invalid) as refusal:
            deed(by=alice, title="\u200b\u3164", **fields)
        assert "title" in refusal.value.errors
    summary = "For whoever wants to talk to people in shops."
    with pytest.raises(Invalid) as refusal:
        catalogue.publish_quest(goal=goal, by=alice, summary=summary, title="\u200b")
    assert "title" in refusal.value.errors
    with pytest.raises(Invalid):
        catalogue.publish_quest(goal=goal, by=alice, summary="\u200b" * 30)


def test_titles_are_kept_on_one_line(alice: User, goal: Goal, client: Client) -> None:
    client.force_login(alice)
    made = json(client, "post", "/api/goals/", title="Read\n\u202eArabic\u200b", tags=["a\u200bb"])
    assert (made.json()["title"], made.json()["tags"]) == ("Read Arabic", ["ab"])
    client.post("/goals/new/", {"title": "Bake\u3164bread", "tags": "rye, \u200b, rye\u200b"})
    page_goal = Goal.objects.latest("pk")
    assert (page_goal.title, page_goal.tags) == ("Bake bread", ["rye"])
    milestone = milestones.add_milestone(goal=goal, by=alice, title="First\x0bloaf")
    assert milestone.title == "First loaf"


def test_the_doors_refuse_titles_that_show_nothing(alice: User, goal: Goal, client: Client) -> None:
    client.force_login(alice)
    for path, more in (
        ("/api/goals/", {}),
        ("/api/challenges/", {"goal": goal.pk, "instructions": "Do it."}),
        (f"/api/goals/{goal.pk}/milestones", {}),
    ):
        answer = json(client, "post", path, title="\u200b", **more)
        assert answer.status_code == 422, path
        assert answer.json()["errors"][0]["pointer"] == "#/title"
    page = client.post("/goals/new/", {"title": "\u200b\u200b"}).content.decode()
    assert "Nothing of this can be seen" in page
    assert Goal.objects.count() == 1


def test_a_criterion_needs_a_name_to_see(alice: User, goal: Goal) -> None:
    rubric = [{"name": "Cle\u200bar\nwords", "weight": 100}]
    made = make_challenge(goal, rubric=rubric)
    assert made.criteria[0].name == "Clear words"
    with pytest.raises(Invalid) as refusal:
        make_challenge(goal, rubric=[{"name": "\u3164", "weight": 100}])
    assert "seen" in refusal.value.errors["rubric"][0]


def test_instructions_have_to_be_seen_and_stay_as_they_are(alice: User, goal: Goal) -> None:
    with pytest.raises(Invalid) as refusal:
        make_challenge(goal, instructions="\u200b\n\u3164")
    assert "instructions" in refusal.value.errors
    written = "First\u200b\n\n\tsecond \u202e"
    assert make_challenge(goal, instructions=written).instructions == written


@pytest.mark.parametrize("body", ["\u200b\u2060\ufeff", "\u3164\n\u3164"])
def test_work_of_which_nothing_is_seen_is_not_handed_in(
    body: str, alice: User, challenge: Challenge, client: Client
) -> None:
    draft = make_draft(challenge, body)
    with pytest.raises(Invalid) as refusal:
        handin.hand_in(submission=draft, by=alice)
    assert "body" in refusal.value.errors
    client.force_login(alice)
    answer = json(client, "post", "/api/submissions/", challenge=challenge.pk, body=body)
    assert answer.status_code == 422
    client.post(f"/challenges/{challenge.pk}/hand-in/", {"body": body})
    assert Submission.objects.get().status == "draft"


def test_work_keeps_each_of_its_characters(alice: User, challenge: Challenge) -> None:
    body = "می\u200cخواهم\u200b\r\n\u202aabc\u202c"
    sent = handin.hand_in(submission=make_draft(challenge, body), by=alice)
    sent.refresh_from_db()
    assert sent.body == body


def test_a_review_is_made_of_words_to_see(bob: User, submission: Submission) -> None:
    given = answers(submission.challenge) | {"comments": {}, "overall": "\u200b " * 9}
    with pytest.raises(Invalid) as refusal:
        peer_review.submit_review(review=claim(submission, bob), by=bob, **given)
    assert "overall" in refusal.value.errors
