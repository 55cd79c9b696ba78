import pytest

from accounts.models import User
from challenges.models import Challenge
from learnquest.core.errors import Conflict, Invalid, Stale
from submissions import drafting
from submissions.models import MAX_BODY_LENGTH, Submission
from tests.factories import make_draft


def test_the_first_save_begins_a_draft_and_the_work(alice: User, challenge: Challenge) -> None:
    draft = drafting.save_draft(challenge=challenge, by=alice, body="Hola")
    challenge.refresh_from_db()
    assert (draft.status, draft.attempt, challenge.status) == ("draft", 1, "doing")


def test_saving_again_changes_the_same_draft(alice: User, challenge: Challenge) -> None:
    first = drafting.save_draft(challenge=challenge, by=alice, body="Hola")
    second = drafting.save_draft(
        challenge=challenge, by=alice, body="Hola, panadera", link="https://half-typed"
    )
    assert first.pk == second.pk
    assert Submission.objects.get().body == "Hola, panadera"


def test_a_link_that_is_not_whole_yet_is_kept(alice: User, challenge: Challenge) -> None:
    draft = drafting.save_draft(challenge=challenge, by=alice, body="Hola", link="https:/")
    assert draft.link == "https:/"


def test_too_long_a_text_is_refused_and_the_last_draft_stays(
    alice: User, challenge: Challenge, draft: Submission
) -> None:
    with pytest.raises(Invalid) as refusal:
        drafting.save_draft(challenge=challenge, by=alice, body="x" * (MAX_BODY_LENGTH + 1))
    assert "body" in refusal.value.errors
    assert Submission.objects.get().body == draft.body


@pytest.mark.parametrize("status", ["handed_in", "accepted", "skipped"])
def test_a_challenge_that_takes_no_work_refuses_a_draft(
    alice: User, challenge: Challenge, status: str
) -> None:
    Challenge.objects.update(status=status)
    with pytest.raises(Conflict):
        drafting.save_draft(challenge=challenge, by=alice, body="Hola")
    assert not Submission.objects.exists()


def test_a_draft_can_be_thrown_away(alice: User, draft: Submission) -> None:
    drafting.discard_draft(submission=draft, by=alice)
    assert not Submission.objects.exists()
    assert Challenge.objects.get().status == "todo"


def test_work_that_was_handed_in_cannot_be_thrown_away(alice: User, submission: Submission) -> None:
    with pytest.raises(Conflict):
        drafting.discard_draft(submission=submission, by=alice)


def test_charlie_cannot_write_on_alices_challenge(charlie: User, challenge: Challenge) -> None:
    with pytest.raises(Challenge.DoesNotExist):
        drafting.save_draft(challenge=challenge, by=charlie, body="Mine")
    with pytest.raises(Challenge.DoesNotExist):
        drafting.discard_draft(submission=make_draft(challenge), by=charlie)


@pytest.mark.parametrize("status", Submission.Status)
def test_the_list_and_the_object_rule_agree(
    status: str, alice: User, charlie: User, mona: User, submission: Submission
) -> None:
    Submission.objects.update(status=status)
    submission.refresh_from_db()
    for viewer in (alice, charlie, mona):
        listed = Submission.objects.visible_to(viewer).filter(pk=submission.pk).exists()
        assert listed == submission.is_visible_to(viewer)


def test_an_older_tab_does_not_overwrite_a_newer_text(alice: User, challenge: Challenge) -> None:
    first = drafting.save_draft(challenge=challenge, by=alice, body="One", version="")
    opened = drafting.version_of(first)
    newer = drafting.save_draft(challenge=challenge, by=alice, body="Two", version=opened)
    for old in ("", opened, "nonsense", "2999-01-01"):
        with pytest.raises(Stale) as refusal:
            drafting.save_draft(challenge=challenge, by=alice, body="Three", version=old)
        assert refusal.value.current == newer
    assert Submission.objects.get().body == "Two"
    now = drafting.version_of(newer)
    drafting.save_draft(challenge=challenge, by=alice, body="Three", version=now)
    assert Submission.objects.get().body == "Three"


def test_the_same_text_from_an_older_tab_is_no_conflict(alice: User, challenge: Challenge) -> None:
    drafting.save_draft(challenge=challenge, by=alice, body="One\nTwo", link="https://a.example")
    drafting.save_draft(
        challenge=challenge, by=alice, body="One\r\nTwo", link=" https://a.example ", version=""
    )
    with pytest.raises(Stale):
        drafting.save_draft(challenge=challenge, by=alice, body="One\nTwo", link="", version="")


def test_without_a_version_the_last_save_wins(alice: User, challenge: Challenge) -> None:
    drafting.save_draft(challenge=challenge, by=alice, body="One")
    drafting.save_draft(challenge=challenge, by=alice, body="Two")
    assert Submission.objects.get().body == "Two"
