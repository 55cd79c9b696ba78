"""Copied work is found among all others, quietly, and decided by a person."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User
from challenges.models import Challenge
from goals.models import Goal
from learnquest.core.errors import Conflict, Forbidden, Invalid
from reviews import handin, withdrawal
from submissions import attachments, shingles, similarity, tasks
from submissions.models import SimilarityFlag, Submission, TextMark
from tests.factories import (
    make_challenge,
    make_goal,
    make_picture,
    make_second_attempt,
    make_submission,
)

TEXT = (
    "On Saturday I went to the market before it opened and watched how the stalls were set up. "
    "The woman who sells cheese let me cut a piece from the big wheel, and she explained why the "
    "rind is washed with brine twice a week. I wrote down eleven words that were new to me, and "
    "on the way home I tried to use each of them in a sentence about my own kitchen."
)
OTHER = (
    "My plan for the week was to run three times, and the first run already went wrong because of "
    "the rain. I turned round after a kilometre, and then I was so annoyed with myself that I went "
    "out again in the evening and ran along the canal until it was dark and all was well again."
)
# A few words changed, a sentence added.
NEARLY = TEXT.replace("Saturday", "Sunday").replace("eleven", "twelve") + " It was a good day."


def work_of(person: User, body: str, **task: str) -> Submission:
    goal = make_goal(person, title=f"Market of {person.username}")
    return make_submission(make_challenge(goal, **task), body=body)


@pytest.fixture
def original(alice: User) -> Submission:
    work = work_of(alice, TEXT)
    similarity.compare(work.pk)
    return work


@pytest.fixture
def flag(original: Submission, bob: User) -> SimilarityFlag:
    return similarity.compare(work_of(bob, NEARLY).pk)[0]


def test_a_copy_is_flagged_and_the_original_is_the_one_that_was_there_first(
    original: Submission, bob: User
) -> None:
    copy = work_of(bob, TEXT)
    (flag,) = similarity.compare(copy.pk)
    assert (flag.submission, flag.other, flag.percent) == (copy, original, 100)
    assert [found.pk for found in similarity.compare(copy.pk)] == [flag.pk]
    # Looked for again from the other side, it is the same pair.
    assert [found.pk for found in similarity.compare(original.pk)] == [flag.pk]


def test_a_copy_with_some_words_changed_is_flagged(flag: SimilarityFlag) -> None:
    assert 70 <= flag.percent < 100


def test_changing_every_twelfth_word_does_not_help(original: Submission, bob: User) -> None:
    words = TEXT.split()
    words[::12] = ["other"] * len(words[::12])
    assert similarity.compare(work_of(bob, " ".join(words)).pk)


def test_another_text_is_not(original: Submission, bob: User) -> None:
    assert similarity.compare(work_of(bob, OTHER).pk) == []


def test_a_text_that_shares_a_third_is_not(original: Submission, bob: User) -> None:
    mixed = f"{TEXT[: len(TEXT) // 3]} {OTHER} {OTHER[::-1]}"
    assert similarity.compare(work_of(bob, mixed).pk) == []


def test_quoting_the_task_is_no_copying(alice: User, bob: User) -> None:
    for person in (alice, bob):
        answer = f"{TEXT}\n\nMy answer, {person.username}: it depends on the weather."
        found = similarity.compare(work_of(person, answer, instructions=TEXT).pk)
        assert found == []


def test_ones_own_earlier_attempt_does_not_count(
    alice: User, bob: User, challenge: Challenge
) -> None:
    review = make_second_attempt(challenge, bob)
    Submission.objects.update(body=TEXT)
    for work in Submission.objects.filter(author=alice).order_by("pk"):
        assert similarity.compare(work.pk) == []
    assert TextMark.objects.filter(submission=review.submission).count() == 20 + 1


def test_a_short_answer_is_alike_by_chance(alice: User, bob: User) -> None:
    for person in (alice, bob):
        assert similarity.compare(work_of(person, "The answer is forty two, of course.").pk) == []


SHORT = "I asked the baker how long her dough has to rest."


@pytest.mark.parametrize("copied", [SHORT, f"  {SHORT.upper()}\n", SHORT.replace(" ", "\n\n")])
def test_a_short_text_that_is_the_same_is_flagged(copied: str, alice: User, bob: User) -> None:
    original = work_of(alice, SHORT)
    assert similarity.compare(original.pk) == []
    (flag,) = similarity.compare(work_of(bob, copied).pk)
    assert (flag.other, flag.percent, flag.same_files) == (original, 100, 0)


@pytest.mark.parametrize("other", [SHORT.replace("dough", "bread"), f"{SHORT} She smiled."])
def test_a_short_text_of_nearly_the_same_words_is_not(other: str, alice: User, bob: User) -> None:
    similarity.compare(work_of(alice, SHORT).pk)
    assert similarity.compare(work_of(bob, other).pk) == []


def test_seven_words_beside_the_task_are_the_same_by_chance(alice: User, bob: User) -> None:
    answer = f"{TEXT} It depends on the weather, of course."
    for person in (alice, bob):
        assert similarity.compare(work_of(person, answer, instructions=TEXT).pk) == []
        assert not TextMark.objects.exists()


def test_the_same_task_does_not_hide_the_same_answer(alice: User, bob: User) -> None:
    answer = f"{TEXT} {SHORT}"
    for person in (alice, bob):
        found = similarity.compare(work_of(person, answer, instructions=TEXT).pk)
    assert [flag.percent for flag in found] == [100]


def test_a_quotation_of_the_others_task_is_no_copying(alice: User, bob: User) -> None:
    similarity.compare(work_of(alice, SHORT).pk)
    assert similarity.compare(work_of(bob, SHORT, instructions=SHORT).pk) == []
    Challenge.objects.filter(goal__owner=alice).update(instructions=SHORT)
    plain = work_of(bob, SHORT, title="Another", instructions="Ask somebody something.")
    assert similarity.compare(plain.pk) == []


# --- The same file ---


def with_file(person: User, name: str, data: bytes, body: str = "", **task: str) -> Submission:
    challenge = make_challenge(make_goal(person), **task)
    attachments.attach(challenge=challenge, by=person, name=name, data=data)
    return handin.hand_in_work(challenge=challenge, by=person, body=body)[0]


@pytest.mark.usefixtures("media")
def test_a_file_that_is_the_same_is_flagged(
    client: Client, alice: User, bob: User, mona: User
) -> None:
    original = with_file(alice, "mine.png", make_picture(), body="As I saw it this morning.")
    assert similarity.compare(original.pk) == []
    (flag,) = similarity.compare(with_file(bob, "bobs.png", make_picture()).pk)
    assert (flag.other, flag.percent, flag.same_files) == (original, 0, 1)
    client.force_login(mona)
    assert "Same file" in client.get("/moderation/similar/").content.decode()
    assert "1 file is the same" in client.get(flag.get_absolute_url()).content.decode()
    assert client.get("/api/moderation/similar").json()["items"][0]["same_files"] == 1


@pytest.mark.usefixtures("media")
def test_other_files_own_files_and_drafts_are_not(alice: User, bob: User, goal: Goal) -> None:
    similarity.compare(with_file(alice, "a.png", make_picture()).pk)
    again = with_file(alice, "a.png", make_picture(), title="Again")
    assert similarity.compare(again.pk) == []
    assert similarity.compare(with_file(bob, "b.png", make_picture((40, 30))).pk) == []
    draft = make_challenge(make_goal(bob), title="A draft")
    attachments.attach(challenge=draft, by=bob, name="b.png", data=make_picture())
    assert similarity.compare(again.pk) == []


@pytest.mark.usefixtures("media")
@pytest.mark.parametrize(
    ("text", "flags"), [("print('Hello, world')", 0), (SHORT, 1), (f"{TEXT} {SHORT[:20]}", 0)]
)
def test_a_text_file_counts_with_words_of_its_own(
    text: str, flags: int, alice: User, bob: User
) -> None:
    for person in (alice, bob):
        work = with_file(person, "answer.txt", text.encode(), instructions=TEXT)
        found = similarity.compare(work.pk)
    assert len(found) == flags


@pytest.mark.usefixtures("media")
def test_work_with_a_file_alone_is_not_lost(alice: User) -> None:
    work = with_file(alice, "a.png", make_picture())
    late = timezone.now() - similarity.LOST_AFTER
    Submission.objects.filter(pk=work.pk).update(submitted_at=late)
    assert similarity.find_lost() == [work.pk]


def test_drafts_are_nobodys_business(original: Submission, bob: User) -> None:
    copy = work_of(bob, TEXT)
    withdrawal.withdraw(submission=copy, by=bob)
    assert similarity.compare(copy.pk) == []


def test_work_whose_comparison_was_lost_is_found_by_the_schedule(
    original: Submission, bob: User
) -> None:
    lost, short = work_of(bob, TEXT), make_submission(make_challenge(make_goal(bob)), body="Yes.")
    tasks.compare_lost_work.call()
    assert not SimilarityFlag.objects.exists()  # the worker may still come to it
    late = timezone.now() - similarity.LOST_AFTER
    Submission.objects.filter(pk__in=[lost.pk, short.pk]).update(submitted_at=late)
    assert similarity.find_lost() == [lost.pk]
    tasks.compare_lost_work.call()
    # Set back in time, it is the earlier one.
    assert SimilarityFlag.objects.get().other == lost
    assert similarity.find_lost() == []


def test_what_is_taken_back_is_forgotten(flag: SimilarityFlag, bob: User) -> None:
    withdrawal.withdraw(submission=flag.submission, by=bob)
    assert not SimilarityFlag.objects.exists()
    assert not TextMark.objects.filter(submission=flag.submission).exists()


def test_the_marks_of_a_text_stay_the_same_for_ever() -> None:
    """Marks are stored: a library that made others would find nothing of what was there."""
    marks = shingles.marks(shingles.shingles(TEXT))
    assert marks[:2] == GOLDEN


GOLDEN = [-8038233855793415007, 6472867809693216912]


def test_a_look_for_alike_works_takes_few_queries(
    original: Submission, bob: User, django_assert_num_queries: object
) -> None:
    for number in range(5):
        similarity.compare(work_of(bob, f"{OTHER} {number}", title=f"Run {number}").pk)
    copy = work_of(bob, NEARLY, title="Market")
    with django_assert_num_queries(9):  # type: ignore[operator]
        similarity.compare(copy.pk)


def test_a_moderator_sees_both_texts_and_decides_with_a_reason(
    client: Client, flag: SimilarityFlag, mona: User, bob: User
) -> None:
    client.force_login(mona)
    assert flag.get_absolute_url() in client.get("/moderation/similar/").content.decode()
    page = client.get(flag.get_absolute_url()).content.decode()
    assert page.count("<mark>") >= 4 and "Saturday" in page and "Sunday" in page
    url = f"{flag.get_absolute_url()}decide/"
    refused = client.post(url, {"decision": "confirmed", "reason": " "})
    assert refused.status_code == 422 and b"Say why" in refused.content
    answer = client.post(url, {"decision": "confirmed", "reason": "Word for word."})
    assert answer.headers["Location"] == "/moderation/similar/"
    flag.refresh_from_db()
    assert (flag.state, flag.decided_by, flag.reason) == ("confirmed", mona, "Word for word.")
    event = AuditEvent.objects.get(kind="moderated")
    assert (event.user, event.actor) == (bob, mona)
    assert event.details == {"target": f"similarity:{flag.pk}", "decision": "confirmed"}
    page = client.get("/moderation/similar/?state=confirmed").content.decode()
    assert flag.get_absolute_url() in page


def test_it_is_decided_once_and_only_by_a_moderator_without_a_part_in_it(
    flag: SimilarityFlag, mona: User, charlie: User
) -> None:
    with pytest.raises(Forbidden):
        similarity.decide(flag=flag, by=charlie, confirmed=True, reason="Mine to say.")
    with pytest.raises(Invalid):
        similarity.decide(flag=flag, by=mona, confirmed=True, reason="")
    Submission.objects.filter(pk=flag.other_id).update(author=mona)
    with pytest.raises(Forbidden):
        similarity.decide(flag=flag, by=mona, confirmed=True, reason="My own work.")
    Submission.objects.filter(pk=flag.other_id).update(author=charlie)
    similarity.decide(flag=flag, by=mona, confirmed=False, reason="Both quote a song.")
    with pytest.raises(Conflict):
        similarity.decide(flag=flag, by=mona, confirmed=True, reason="After all.")
