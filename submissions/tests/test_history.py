"""What a draft was before, kept, thinned and brought back."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import User
from challenges.models import Challenge
from learnquest.core.errors import Conflict
from submissions import differences, drafting, history
from submissions.differences import Piece
from submissions.models import DraftRevision, Submission
from tests.factories import make_second_attempt

NOW = timezone.now()


def save(challenge: Challenge, body: str, at: datetime) -> Submission:
    with time_machine.travel(at, tick=False):
        return drafting.save_draft(challenge=challenge, by=challenge.goal.owner, body=body)


def bodies() -> list[str]:
    return list(DraftRevision.objects.order_by("saved_at", "pk").values_list("body", flat=True))


def test_what_is_typed_in_one_sitting_is_one_version(challenge: Challenge) -> None:
    for seconds, body in ((0, "H"), (20, "Ho"), (60, "Hol"), (130, "Hola"), (140, "Hola!")):
        save(challenge, body, NOW + timedelta(seconds=seconds))
    assert bodies() == ["Hol", "Hola!"]


def test_a_text_that_is_suddenly_gone_is_a_version(challenge: Challenge) -> None:
    save(challenge, "A long paragraph of mine.", NOW)
    save(challenge, "", NOW + timedelta(seconds=1))
    assert bodies() == ["A long paragraph of mine.", ""]


def test_a_text_of_before_there_were_versions_is_kept_when_it_changes(challenge: Challenge) -> None:
    save(challenge, "An old draft", NOW - timedelta(days=1))
    DraftRevision.objects.all().delete()
    save(challenge, "Something else", NOW)
    assert bodies() == ["An old draft", "Something else"]


def test_the_same_text_again_is_no_version(challenge: Challenge) -> None:
    for minutes in (0, 5, 10):
        save(challenge, "Hola", NOW + timedelta(minutes=minutes))
    assert bodies() == ["Hola"]


def test_many_versions_are_thinned_the_old_ones_first(challenge: Challenge) -> None:
    for number in range(100):
        save(challenge, f"Text {number}", NOW + timedelta(minutes=10 * number))
    found = [int(body.split()[1]) for body in bodies()]
    assert len(found) == history.MOST
    assert (found[0], found[-1]) == (0, 99)
    # Of the last two hours most are there, of the first ten hours a few.
    assert sum(number >= 88 for number in found) >= 8
    assert 2 <= sum(number < 60 for number in found) <= 12


def test_an_older_text_is_brought_back_and_the_present_one_kept(
    alice: User, challenge: Challenge
) -> None:
    save(challenge, "The first text", NOW - timedelta(hours=1))
    save(challenge, "Another text", NOW - timedelta(seconds=30))
    old = DraftRevision.objects.get(body="The first text")
    assert drafting.bring_back(revision=old, by=alice).body == "The first text"
    assert bodies() == ["The first text", "Another text", "The first text"]


def test_a_version_of_work_in_review_is_not_brought_back(
    alice: User, submission: Submission
) -> None:
    with pytest.raises(Conflict):
        drafting.bring_back(revision=submission.revisions.get(), by=alice)


def test_versions_of_settled_work_go_after_a_month(submission: Submission) -> None:
    Submission.objects.update(status="accepted", settled_at=NOW)
    assert history.forget_old(now=NOW + timedelta(days=29)) == 0
    assert history.forget_old(now=NOW + timedelta(days=31)) == 1


def test_the_pages_list_show_and_bring_back(
    client: Client, alice: User, charlie: User, challenge: Challenge
) -> None:
    save(challenge, "The <b>first</b> text", NOW - timedelta(hours=1))
    save(challenge, "The second text", NOW)
    client.force_login(alice)
    listed = client.get(f"/challenges/{challenge.pk}/work/history/").content.decode()
    assert "4 words" not in listed and "3 words" in listed and "Now" in listed
    old = DraftRevision.objects.earliest("saved_at")
    page = client.get(f"/revisions/{old.pk}/").content.decode()
    assert "The &lt;b&gt;first&lt;/b&gt; text" in page and "<ins>" in page
    answer = client.post(f"/revisions/{old.pk}/bring-back/")
    assert answer.headers["Location"] == f"/challenges/{challenge.pk}/work/"
    assert Submission.objects.get().body == "The <b>first</b> text"
    client.force_login(charlie)
    assert client.post(f"/revisions/{old.pk}/bring-back/").status_code == 404


def test_a_comparison_is_by_words_within_lines() -> None:
    assert differences.compare("One.\nTwo apples.\n", "One.\nTwo pears.\nThree.\n") == [
        Piece("same", "One.\nTwo "),
        Piece("gone", "apples"),
        Piece("new", "pears.\nThree"),
        Piece("same", ".\n"),
    ]
    # A short word between two changes is read with them.
    assert differences.compare("I went to a shop.", "I ran to the market.") == [
        Piece("same", "I "),
        Piece("gone", "went to a shop"),
        Piece("new", "ran to the market"),
        Piece("same", "."),
    ]
    assert differences.is_same(differences.compare("One\r\nTwo", "One\nTwo"))


def test_long_passages_that_stayed_are_folded() -> None:
    text = "word " * 2000
    pieces = differences.compare(f"{text}end", f"{text}finish")
    assert [piece.kind for piece in pieces] == ["same", "folded", "same", "gone", "new"]


@pytest.mark.parametrize("unit", ["\n", "a\n", "a b\n"])
def test_the_longest_texts_are_compared_quickly(unit: str) -> None:
    one = unit * (50_000 // len(unit))
    other = "".join(f"{n % 100}\n" for n in range(16_000))
    pieces = differences.compare(one, other)
    assert "".join(piece.text for piece in pieces if piece.kind != "gone")


def test_the_author_and_the_reviewer_see_what_a_second_attempt_changed(
    client: Client, alice: User, bob: User, charlie: User, challenge: Challenge
) -> None:
    review = make_second_attempt(challenge, bob)
    client.force_login(alice)
    url = f"/submissions/{review.submission_id}/changes/"
    assert url in client.get(f"/submissions/{review.submission_id}/").content.decode()
    page = client.get(url).content.decode()
    assert "<del>" in page and "first" in page and "second" in page
    client.force_login(bob)
    assert f"/reviews/{review.pk}/changes/" in client.get(f"/reviews/{review.pk}/").content.decode()
    page = client.get(f"/reviews/{review.pk}/changes/").content.decode()
    assert "<ins>" in page and "alice" not in page.lower()
    assert client.get(url).status_code == 404
    client.force_login(charlie)
    assert client.get(f"/reviews/{review.pk}/changes/").status_code == 404
