"""What a challenge asks of work: said before, and held to when it is handed in."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from challenges import authoring, catalogue
from challenges.models import Challenge
from goals import lifecycle
from goals.models import Goal
from learnquest.core.errors import Invalid
from reviews import handin
from submissions import checks
from tests.factories import make_challenge, make_draft, make_file

ASKED: dict[str, Any] = {"min_words": 6, "requires_link": True, "requires_attachment": True}


@pytest.fixture
def strict(goal: Goal) -> Challenge:
    return make_challenge(goal, title="All of it", **ASKED)


def test_work_without_what_is_asked_for_stays_a_draft(alice: User, strict: Challenge) -> None:
    draft = make_draft(strict, body="Four words of mine.")
    with pytest.raises(Invalid) as refusal:
        handin.hand_in(submission=draft, by=alice)
    errors = refusal.value.errors
    assert errors.keys() == {"body", "link", "files"}
    assert "at least 6 words, and there are 4: write 2 more" in errors["body"][0]
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_work_with_all_of_it_is_taken(media: object, alice: User, strict: Challenge) -> None:
    draft = make_draft(strict, body="Six words, as it was asked.")
    make_file(draft)
    draft.link = "https://example.com/talk"
    draft.save()
    assert handin.hand_in(submission=draft, by=alice).status == "submitted"


def test_words_are_counted_as_people_count_them() -> None:
    assert checks.words_in("It's a well-known — fact: 42!") == 5
    assert checks.words_in("日本語") == 3
    assert checks.words_in("**  # _ ") == 0


def test_the_desk_says_it_before_and_the_refusal_where_it_is(
    client: Client, alice: User, strict: Challenge
) -> None:
    client.force_login(alice)
    page = client.get(f"/challenges/{strict.pk}/work/").content.decode()
    assert "at least 6 words, a link, an attached file." in page
    answer = client.post(f"/challenges/{strict.pk}/hand-in/", {"body": "Four words of mine."})
    text = answer.content.decode()
    assert answer.status_code == 422
    for said in ("write 2 more", "asks for a link", "attach one before handing in"):
        assert said in text
    answer = client.post(
        "/api/submissions/", {"challenge": strict.pk, "body": "Two words"}, "application/json"
    )
    assert answer.status_code == 422
    pointers = {error["pointer"].rsplit("/", 1)[-1] for error in answer.json()["errors"]}
    assert pointers == {"body", "link", "files"}


def test_what_is_asked_for_is_not_called_optional(
    client: Client, alice: User, strict: Challenge
) -> None:
    client.force_login(alice)
    asked = 'Link <span class="field__optional">(asked for)</span></label>'
    assert asked in client.get(f"/challenges/{strict.pk}/work/").content.decode()
    refused = client.post(f"/challenges/{strict.pk}/hand-in/", {"body": "Too few."})
    assert refused.status_code == 422 and asked in refused.content.decode()
    Challenge.objects.update(requires_link=False)
    assert asked not in client.get(f"/challenges/{strict.pk}/work/").content.decode()


def test_the_challenge_says_it_before_one_begins(
    client: Client, alice: User, strict: Challenge
) -> None:
    said = "at least 6 words, a link, an attached file."
    client.force_login(alice)
    assert said in client.get(strict.get_absolute_url()).content.decode()
    goal = lifecycle.update_goal(goal=strict.goal, by=alice, visibility="unlisted")
    shared = Client().get(f"{goal.share_path}challenges/{strict.pk}/")
    assert shared.status_code == 200 and said in shared.content.decode()
    Challenge.objects.update(min_words=0, requires_link=False, requires_attachment=False)
    assert "asks for" not in client.get(strict.get_absolute_url()).content.decode()


def test_the_form_and_the_api_set_it(client: Client, alice: User, goal: Goal) -> None:
    client.force_login(alice)
    form = {
        "title": "Talk",
        "instructions": "Talk to somebody.",
        "difficulty": "2",
        "estimated_minutes": "30",
        "min_words": "120",
        "requires_link": "on",
        "rubric-TOTAL_FORMS": "6",
        "rubric-INITIAL_FORMS": "0",
        "rubric-0-name": "Clear",
        "rubric-0-weight": "100",
    }
    assert client.post(f"/goals/{goal.pk}/challenges/new/", form).status_code == 302
    made = Challenge.objects.get(title="Talk")
    assert (made.min_words, made.requires_link, made.requires_attachment) == (120, True, False)
    answer = client.put(
        f"/api/challenges/{made.pk}",
        {"min_words": 0, "requires_attachment": True},
        "application/json",
    )
    assert answer.json()["requires_attachment"] and answer.json()["min_words"] == 0
    answer = client.put(f"/api/challenges/{made.pk}", {"min_words": 5001}, "application/json")
    assert answer.status_code == 422


def test_a_copy_and_a_quest_ask_for_the_same(alice: User, strict: Challenge) -> None:
    copy = authoring.duplicate(challenge=strict, by=alice)
    quest = catalogue.publish_quest(
        goal=strict.goal, by=alice, summary="Talk to people in shops, and write it down."
    )
    started, _is_new = catalogue.start_quest(quest=quest, by=alice)
    for one in (copy, Challenge.objects.filter(goal=started).first()):
        assert one is not None
        assert {name: getattr(one, name) for name in ASKED} == ASKED
