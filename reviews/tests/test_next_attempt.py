"""Another attempt begins from the last one, with what was said of it beside the editor."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from challenges.models import Challenge
from learnquest.core.errors import Invalid, Stale
from reviews import ai_feedback, handin
from reviews.models import PeerReview
from submissions import attachments, drafting
from submissions.models import DraftRevision, Submission
from tests.factories import (
    WORDS,
    make_challenge,
    make_copy,
    make_draft,
    make_file,
    make_goal,
    make_picture,
    make_review,
    make_submission,
    make_user,
)

FIRST = "A first try, of which the peers ask for more."
LINK = "https://example.org/talk"


@pytest.fixture
def tab(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def returned(challenge: Challenge, bob: User) -> Submission:
    """A first attempt with a link and a file, which came back with a review and feedback."""
    draft = drafting.save_draft(challenge=challenge, by=challenge.goal.owner, body=FIRST, link=LINK)
    make_file(draft)
    work = handin.hand_in(submission=draft, by=draft.author)
    ai_feedback.write(work.ai_feedback.pk)
    make_review(work, bob, score=25)
    Submission.objects.filter(pk=work.pk).update(status="returned", settled_at=timezone.now())
    Challenge.objects.filter(pk=challenge.pk).update(status="returned")
    challenge.refresh_from_db()
    work.refresh_from_db()
    return work


def desk(tab: Client, challenge: Challenge) -> str:
    answer = tab.get(f"/challenges/{challenge.pk}/work/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_editor_begins_with_the_last_text_and_link(
    tab: Client, challenge: Challenge, returned: Submission
) -> None:
    page = desk(tab, challenge)
    assert f"{FIRST}</textarea>" in page and f'value="{LINK}"' in page
    assert "the text of your attempt 1" in page and "file of your last attempt does not" in page
    # Looking begins nothing.
    assert Submission.objects.count() == 1


def test_what_was_said_stands_open_beside_it(
    tab: Client, challenge: Challenge, returned: Submission
) -> None:
    page = desk(tab, challenge)
    said = page[page.index('<details id="said" class="card more" open>') :]
    assert challenge.criteria[0].name in said and "I could follow each step." in said
    assert "Reviewer 1" in said and "25 of 100" in said and WORDS in said and "The coach" in said
    assert "bob" not in said.lower()
    PeerReview.objects.update(hidden_at=timezone.now())
    assert WORDS not in desk(tab, challenge)


def test_a_first_attempt_begins_empty(tab: Client, challenge: Challenge) -> None:
    page = desk(tab, challenge)
    assert "the text of your attempt" not in page and 'id="said"' not in page
    draft = drafting.begin(challenge=challenge, by=challenge.goal.owner)
    assert (draft.attempt, draft.body, draft.link) == (1, "", "")


def test_the_same_again_is_still_refused_and_a_change_goes(
    tab: Client, alice: User, challenge: Challenge, returned: Submission
) -> None:
    draft = drafting.begin(challenge=challenge, by=alice)
    assert (draft.attempt, draft.body, draft.link) == (2, FIRST, LINK)
    assert not draft.attachments.exists()
    attachments.attach(challenge=challenge, by=alice, name="a.png", data=make_picture())
    with pytest.raises(Invalid, match="cannot be handed in"):
        handin.hand_in(submission=draft, by=alice)
    work, _ = handin.hand_in_work(challenge=challenge, by=alice, body=FIRST + " More.", link=LINK)
    assert (work.attempt, work.status) == (2, "submitted")


def test_a_draft_that_is_there_is_shown_and_not_begun_anew(
    tab: Client, alice: User, challenge: Challenge, returned: Submission
) -> None:
    draft = make_draft(challenge, "All new")
    assert drafting.begin(challenge=challenge, by=alice).body == "All new"
    page = desk(tab, challenge)
    assert "All new</textarea>" in page and "the text of your attempt" not in page
    # What was emptied on purpose stays empty.
    drafting.save_draft(challenge=challenge, by=alice, body="")
    assert f"{FIRST}</textarea>" not in desk(tab, challenge) and draft.pk


def test_a_file_attached_first_loses_neither_text(
    tab: Client, alice: User, challenge: Challenge, returned: Submission
) -> None:
    attachments.attach(challenge=challenge, by=alice, name="b.png", data=make_picture((300, 300)))
    assert f"{FIRST}</textarea>" in desk(tab, challenge)
    # The page that attached it was opened before there was a draft, and goes on saving.
    saved = drafting.save_draft(challenge=challenge, by=alice, body="Typed meanwhile", version="")
    assert saved.body == "Typed meanwhile"
    with pytest.raises(Stale):
        drafting.save_draft(challenge=challenge, by=alice, body="An old tab's", version="")


def test_a_copy_and_hidden_work_are_written_anew(
    tab: Client, mona: User, challenge: Challenge, returned: Submission
) -> None:
    Submission.objects.filter(pk=returned.pk).update(hidden_at=timezone.now())
    assert f"{FIRST}</textarea>" not in desk(tab, challenge)
    Submission.objects.filter(pk=returned.pk).update(hidden_at=None)
    assert f"{FIRST}</textarea>" in desk(tab, challenge)
    original = make_submission(make_challenge(make_goal(make_user())))
    make_copy(returned, original, mona)
    assert f"{FIRST}</textarea>" not in desk(tab, challenge)
    assert drafting.begin(challenge=challenge, by=challenge.goal.owner).body == ""


def test_the_api_begins_the_same_way(
    tab: Client, challenge: Challenge, returned: Submission, charlie: User
) -> None:
    def send(**more: object) -> dict[str, object]:
        payload = {"challenge": challenge.pk, "hand_in": False, **more}
        answer = tab.post("/api/submissions/", payload, content_type="application/json")
        assert answer.status_code == 200
        return dict(answer.json())

    begun = send()
    assert (begun["attempt"], begun["body"], begun["link"]) == (2, FIRST, LINK)
    assert begun["attachments"] == []
    assert send(body="Anew")["link"] == ""
    assert send()["body"] == "Anew"
    assert DraftRevision.objects.filter(submission__attempt=2).exists()
    tab.force_login(charlie)
    payload = {"challenge": challenge.pk, "hand_in": False}
    refused = tab.post("/api/submissions/", payload, content_type="application/json")
    assert refused.status_code == 404


def test_more_reviews_take_no_more_queries(
    tab: Client, challenge: Challenge, returned: Submission
) -> None:
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            desk(tab, challenge)
        counts.append(len(queries))
        PeerReview.objects.create(
            submission=returned, reviewer=make_user(), author=returned.author, status="submitted",
            lease_until=timezone.now(), submitted_at=timezone.now(), score=50,
            overall="One more.",
        )  # fmt: skip
    assert counts[0] == counts[1] == counts[2] <= 24
