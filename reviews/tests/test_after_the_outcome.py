"""After the outcome: names by mutual consent, thanks, and a short talk; before it, nothing."""

from typing import Any

import pytest
from django.test import Client

from accounts import blocks
from accounts.models import Block, Notification, User
from learnquest.core.errors import Conflict, Forbidden, Invalid
from reviews import after
from reviews.models import Answer, PeerReview
from submissions.models import Submission
from tests.factories import make_review


@pytest.fixture
def settled(submission: Submission, bob: User, carol: User) -> PeerReview:
    """Bob's review of alice's work, which is accepted."""
    review = make_review(submission, bob)
    make_review(submission, carol)
    return PeerReview.objects.get(pk=review.pk)


def told(person: User, kind: str) -> bool:
    return Notification.objects.filter(user=person, kind=kind).exists()


def test_before_the_outcome_neither_side_reaches_the_other(
    alice: User, bob: User, submission: Submission
) -> None:
    review = make_review(submission, bob)
    for deed in (
        lambda: after.show_name(review=review, by=bob),
        lambda: after.thank(review=review, by=alice),
        lambda: after.answer(review=review, by=alice, text="Who are you?"),
    ):
        with pytest.raises(Conflict, match="Wait for the outcome"):
            deed()


def test_one_consent_shows_nothing_and_two_show_both(
    client: Client, alice: User, bob: User, settled: PeerReview
) -> None:
    work = settled.submission.get_absolute_url()
    after.show_name(review=settled, by=bob)
    assert told(alice, "names_offered")
    client.force_login(alice)
    page = client.get(work).content.decode()
    assert "would like to exchange names" in page and "Bob" not in page
    after.show_name(review=settled, by=alice)
    assert told(alice, "names_shown") and told(bob, "names_shown")
    page = client.get(work).content.decode()
    # Of the two reviewers one is known now.
    assert "Bob" in page and "Reviewer 2" in page and "Carol" not in page
    client.force_login(bob)
    assert "Alice" in client.get(settled.get_absolute_url()).content.decode()


def test_a_consent_taken_back_hides_both_again(
    client: Client, alice: User, bob: User, settled: PeerReview
) -> None:
    after.show_name(review=settled, by=bob)
    after.show_name(review=settled, by=alice)
    after.show_name(review=settled, by=bob, show=False)
    client.force_login(alice)
    assert "Bob" not in client.get(settled.submission.get_absolute_url()).content.decode()


def test_the_author_thanks_once(alice: User, bob: User, settled: PeerReview) -> None:
    after.thank(review=settled, by=alice)
    after.thank(review=settled, by=alice)
    assert Notification.objects.filter(user=bob, kind="thanked").count() == 1
    with pytest.raises(Forbidden):
        after.thank(review=settled, by=bob)


def test_they_talk_without_names(
    client: Client, alice: User, bob: User, settled: PeerReview
) -> None:
    after.answer(review=settled, by=alice, text="Which sentence do you mean?")
    after.answer(review=settled, by=bob, text="The second one.")
    assert told(bob, "answered") and told(alice, "answered")
    client.force_login(bob)
    page = client.get(settled.get_absolute_url()).content.decode()
    assert "Which sentence" in page and "The author" in page and "Alice" not in page
    client.force_login(alice)
    page = client.get(settled.submission.get_absolute_url()).content.decode()
    assert "The second one." in page and "The reviewer" in page and "Bob" not in page


def test_the_other_reviewer_and_strangers_hear_nothing(
    carol: User, charlie: User, alice: User, settled: PeerReview
) -> None:
    line = after.answer(review=settled, by=alice, text="Thank you both.")
    for person in (carol, charlie):
        assert not line.is_visible_to(person)
        with pytest.raises(PeerReview.DoesNotExist):
            after.answer(review=settled, by=person, text="Hello")


def test_a_talk_is_short(alice: User, settled: PeerReview) -> None:
    for text in ("", "  ", "x" * 1001):
        with pytest.raises(Invalid):
            after.answer(review=settled, by=alice, text=text)
    for _turn in range(after.MOST_ANSWERS):
        after.answer(review=settled, by=alice, text="And another thing.")
    with pytest.raises(Conflict, match="closed"):
        after.answer(review=settled, by=alice, text="And another thing.")


@pytest.mark.parametrize("blocked_by", ["alice", "bob"])
def test_a_block_holds_what_is_written_and_does_not_say_so(
    client: Client, alice: User, bob: User, settled: PeerReview, blocked_by: str
) -> None:
    path = f"/api/reviews/{settled.pk}/answers"

    def said(text: str) -> tuple[int, dict[str, Any]]:
        client.force_login(alice)
        answer = client.post(path, {"text": text}, content_type="application/json")
        return answer.status_code, answer.json().keys()

    before = said("Before it.")
    Notification.objects.filter(user=bob).delete()
    people = (alice, bob) if blocked_by == "alice" else (bob, alice)
    blocks.block(person=people[1], by=people[0])
    assert said("Hello?") == before
    assert [line["text"] for line in client.get(path).json()] == ["Before it.", "Hello?"]
    assert "Hello?" in client.get(settled.submission.get_absolute_url()).content.decode()
    client.force_login(bob)
    # What was there before stays: that it went would tell, too.
    assert [line["text"] for line in client.get(path).json()] == ["Before it."]
    assert "Hello?" not in client.get(settled.get_absolute_url()).content.decode()
    assert not told(bob, "answered")


def test_blocking_half_of_the_suspects_tells_nothing(
    alice: User, bob: User, carol: User, settled: PeerReview
) -> None:
    texts = []
    for suspect in (bob, carol):
        blocks.block(person=suspect, by=alice)
        texts.append(after.answer(review=settled, by=alice, text="Thanks!").text)
        Block.objects.filter(blocker=alice).delete()
    assert texts == ["Thanks!", "Thanks!"]


def test_what_is_held_counts_for_its_writer_alone(
    alice: User, bob: User, settled: PeerReview
) -> None:
    blocks.block(person=bob, by=alice)
    for _turn in range(after.MOST_ANSWERS):
        after.answer(review=settled, by=bob, text="Are you there?")
    with pytest.raises(Conflict, match="Twelve"):
        after.answer(review=settled, by=bob, text="Are you there?")
    after.answer(review=settled, by=alice, text="Thanks!")


def test_a_moderator_on_the_other_side_reads_what_is_held_as_little(
    mona: User, alice: User, bob: User, settled: PeerReview
) -> None:
    blocks.block(person=alice, by=bob)
    held = after.answer(review=settled, by=alice, text="Hello?")
    User.objects.filter(pk=bob.pk).update(is_superuser=True)
    bob = User.objects.get(pk=bob.pk)
    for person, sees in ((alice, True), (bob, False), (mona, True)):
        assert held.is_visible_to(person) == sees
        assert Answer.objects.visible_to(person).filter(pk=held.pk).exists() == sees


def test_a_reviewer_whose_account_is_gone_is_told_nothing(
    alice: User, bob: User, settled: PeerReview
) -> None:
    bob.delete()
    after.thank(review=PeerReview.objects.get(pk=settled.pk), by=alice)
    with pytest.raises(Conflict, match="closed"):
        after.answer(review=settled, by=alice, text="Hello?")


def test_the_forms_lead_back_to_where_one_came_from(
    client: Client, alice: User, bob: User, settled: PeerReview
) -> None:
    base, part = f"/reviews/{settled.pk}", f"after-{settled.pk}"
    client.force_login(alice)
    assert f'id="{part}"' in client.get(settled.submission.get_absolute_url()).content.decode()
    for path, sent in (("names", {"show": "yes"}), ("thanks", {}), ("answers", {"text": "Hm?"})):
        answer = client.post(f"{base}/{path}/", sent)
        assert answer.headers["Location"] == f"{settled.submission.get_absolute_url()}#{part}"
    client.force_login(bob)
    answer = client.post(f"{base}/answers/", {"text": "Yes."})
    assert answer.headers["Location"] == f"{settled.get_absolute_url()}#{part}"
    assert f'id="{part}"' in client.get(settled.get_absolute_url()).content.decode()
    assert Answer.objects.count() == 2
    # A reload of the address goes there, too.
    assert client.get(f"{base}/answers/").headers["Location"] == settled.get_absolute_url()


def test_the_api(client: Client, alice: User, bob: User, settled: PeerReview) -> None:
    base = f"/api/reviews/{settled.pk}"

    def post(path: str, **sent: Any) -> Any:
        return client.post(f"{base}/{path}", sent, content_type="application/json")

    client.force_login(bob)
    shown = post("names", show=True).json()
    assert shown == {
        "review": settled.pk, "author": None, "reviewer": None, "you_show": True,
        "other_shows": False,
    }  # fmt: skip
    client.force_login(alice)
    work = f"/api/submissions/{settled.submission_id}"
    assert [one["reviewer"] for one in client.get(work).json()["reviews"]] == [None, None]
    assert post("names", show=True).json()["reviewer"] == "Bob"
    assert [one["reviewer"] for one in client.get(work).json()["reviews"]] == ["Bob", None]
    assert post("thanks").status_code == 204
    assert post("answers", text="Why?").json()["who"] == "You"
    assert post("answers", text="").status_code == 422
    client.force_login(bob)
    assert [line["who"] for line in client.get(f"{base}/answers").json()] == ["Alice"]
    assert len(client.get(f"{work}/steps").json()) == 4
