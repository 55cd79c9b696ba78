"""What a challenge asks stays as it was once work was handed in: reviews and points go by it."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from challenges import authoring
from challenges.models import Challenge
from learnquest.core.errors import Conflict
from submissions.models import Submission
from tests.factories import make_review, make_user

pytestmark = pytest.mark.django_db

RUBRIC = [{"key": "new", "name": "New", "weight": 100}]
CHANGES: list[dict[str, Any]] = [
    {"instructions": "Write one word."},
    {"difficulty": 5},
    {"rubric": RUBRIC},
    {"min_words": 900},
    {"requires_link": True},
    {"requires_attachment": True},
]


@pytest.fixture
def returned(submission: Submission) -> Challenge:
    for _number in range(2):
        make_review(submission, make_user(), 50)
    challenge = Challenge.objects.get(pk=submission.challenge_id)
    assert challenge.status == "returned"
    return challenge


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_no_part_of_the_task_changes_after_work_came_back(
    alice: User, returned: Challenge, change: dict[str, Any]
) -> None:
    with pytest.raises(Conflict, match="Duplicate it"):
        authoring.update_challenge(challenge=returned, by=alice, title="Another", **change)
    now = Challenge.objects.get(pk=returned.pk)
    assert (now.title, now.version) == (returned.title, returned.version)
    assert all(getattr(now, name) == getattr(returned, name) for name in change)


def test_a_way_round_by_skipping_it_is_closed_too(alice: User, returned: Challenge) -> None:
    authoring.skip(challenge=returned, by=alice)
    authoring.resume(challenge=returned, by=alice)
    with pytest.raises(Conflict, match="Duplicate it"):
        authoring.update_challenge(challenge=returned, by=alice, difficulty=5)


def test_the_rest_may_change_also_with_the_task_sent_as_it_is(
    alice: User, returned: Challenge
) -> None:
    authoring.update_challenge(
        challenge=returned,
        by=alice,
        title="Talk to a baker",
        instructions=returned.instructions.replace("\n", "\r\n"),
        rubric=returned.rubric,
        difficulty=returned.difficulty,
    )
    assert Challenge.objects.get(pk=returned.pk).title == "Talk to a baker"
    copy = authoring.duplicate(challenge=returned, by=alice)
    assert authoring.update_challenge(challenge=copy, by=alice, difficulty=5).difficulty == 5


def test_the_api_says_what_to_do(client: Client, alice: User, returned: Challenge) -> None:
    client.force_login(alice)
    url = f"/api/challenges/{returned.pk}"
    refused = client.patch(url, {"difficulty": 5}, content_type="application/json")
    assert refused.status_code == 409 and "Duplicate it" in refused.json()["detail"]
    allowed = client.patch(url, {"title": "Mine"}, content_type="application/json")
    assert allowed.status_code == 200 and allowed.json()["title"] == "Mine"


def test_the_form_offers_what_may_change_and_refuses_one_opened_before(
    client: Client, alice: User, returned: Challenge
) -> None:
    client.force_login(alice)
    url = f"/challenges/{returned.pk}/edit/"
    page = client.get(url).content.decode()
    assert "Duplicate it to change them" in page
    assert 'name="title"' in page
    for name in ("instructions", "difficulty", "rubric-0-name", "min_words"):
        assert f'name="{name}"' not in page
    rest = {"title": "Mine", "estimated_minutes": "45", "version": returned.version}
    assert client.post(url, rest).status_code == 302
    changed = Challenge.objects.get(pk=returned.pk)
    assert (changed.title, changed.estimated_minutes) == ("Mine", 45)
    assert (changed.rubric, changed.instructions) == (returned.rubric, returned.instructions)
    opened_before = {
        **rest, "instructions": "Write one word.", "difficulty": "5",
        "rubric-TOTAL_FORMS": "6", "rubric-INITIAL_FORMS": "6", "rubric-0-name": "New",
        "rubric-0-weight": "100", "version": changed.version,
    }  # fmt: skip
    refused = client.post(url, opened_before)
    assert refused.status_code == 422 and "Duplicate it" in refused.content.decode()
    assert Challenge.objects.get(pk=returned.pk).difficulty == returned.difficulty
    empty = client.post(url, {"title": "", "estimated_minutes": "45"})
    assert empty.status_code == 422
