"""Builders for tests: they go through the deeds where a deed is what makes the thing."""

from io import BytesIO
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory
from PIL import Image

from accounts.models import User
from challenges import authoring
from challenges.models import Challenge
from goals import lifecycle
from goals.models import Goal
from reviews import assignment, copies, handin, peer_review
from reviews.models import CopyDecision, PeerReview
from submissions import attachments, checks, drafting
from submissions.models import Attachment, SimilarityFlag, Submission

PASSWORD = "correct horse battery"
WORK = (
    "Yesterday I spoke with the baker for ten minutes. I asked how the bread is made, and she "
    "told me about the oven. I did not know the word for yeast, so I described it.\n\n"
    "- New words: levadura, horno, masa\n- Next time I will ask about her family."
)
WORDS = "You describe the talk well; next time write down a sentence that went wrong."


class UserFactory(DjangoModelFactory[User]):
    """Call it through `make_user`, whose type checkers know."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.declarations.Sequence(lambda n: f"learner-{n}")
    email = factory.declarations.LazyAttribute(lambda user: f"{user.username}@example.com")
    display_name = factory.declarations.LazyAttribute(lambda user: user.username.title())
    password = factory.django.Password(PASSWORD)


def make_user(**fields: Any) -> User:
    return UserFactory.create(**fields)


def make_picture(size: tuple[int, int] = (400, 300), kind: str = "PNG", **options: Any) -> bytes:
    """A picture as somebody might upload it."""
    out = BytesIO()
    Image.new("RGB", size, (30, 120, 90)).save(out, kind, **options)
    return out.getvalue()


def make_goal(by: User, **fields: Any) -> Goal:
    fields.setdefault("title", "Hold a 10-minute conversation in Spanish")
    fields.setdefault("category", "languages")
    return lifecycle.create_goal(by=by, **fields)


def make_challenge(goal: Goal, **fields: Any) -> Challenge:
    fields.setdefault("title", "Talk to a shopkeeper")
    fields.setdefault("instructions", "Talk for ten minutes and write down what you said.")
    fields.setdefault("difficulty", 3)
    return authoring.create_challenge(goal=goal, by=goal.owner, **fields)


def make_draft(challenge: Challenge, body: str = WORK) -> Submission:
    """A draft. The usual text is handed in once by each learner, and then said otherwise."""
    by = challenge.goal.owner
    draft = drafting.save_draft(challenge=challenge, by=by, body=body)
    if body == WORK and checks.handed_in_elsewhere(draft):
        body = f"{WORK}\n\nThis is what I did for task {challenge.pk}."
        draft = drafting.save_draft(challenge=challenge, by=by, body=body)
    return draft


def make_submission(challenge: Challenge, body: str = WORK) -> Submission:
    """Work handed in, with AI feedback asked for."""
    draft = make_draft(challenge, body)
    return handin.hand_in(submission=draft, by=draft.author)


def claim(submission: Submission, by: User) -> PeerReview:
    """A claim of this very submission; the queue must hold nothing that comes before it."""
    review = assignment.claim_next(by=by)
    assert review is not None and review.submission_id == submission.pk
    return review


def answers(challenge: Challenge, score: int = 75) -> dict[str, Any]:
    """A complete review form: every criterion scored and commented."""
    keys = [criterion.key for criterion in challenge.criteria]
    return {
        "scores": dict.fromkeys(keys, score),
        "comments": dict.fromkeys(keys, "I could follow each step."),
        "overall": WORDS,
    }


def make_review(submission: Submission, by: User, score: int = 75) -> PeerReview:
    """A review claimed from the queue and sent."""
    review = claim(submission, by)
    return peer_review.submit_review(review=review, by=by, **answers(submission.challenge, score))


def make_file(draft: Submission, *, name: str = "notes by alice.png") -> Attachment:
    """A file attached to a draft."""
    return attachments.attach(
        challenge=draft.challenge, by=draft.author, name=name, data=make_picture()
    )


def make_submission_with_file(challenge: Challenge, body: str = WORK) -> Submission:
    draft = make_draft(challenge, body)
    make_file(draft)
    return handin.hand_in(submission=draft, by=draft.author)


def make_second_attempt(challenge: Challenge, reviewer: User) -> PeerReview:
    """Work that came back once and was handed in again, in the hands of `reviewer`."""
    first = make_submission(challenge, body="A first try.")
    Submission.objects.filter(pk=first.pk).update(status="returned", settled_at=timezone.now())
    Challenge.objects.filter(pk=challenge.pk).update(status="returned")
    second = make_submission(challenge, body="A second try, and a longer one.")
    return PeerReview.objects.create(
        submission=second,
        reviewer=reviewer,
        author=second.author,
        lease_until=timezone.now() + assignment.LEASE,
    )


def make_flag(later: Submission, earlier: Submission) -> SimilarityFlag:
    return SimilarityFlag.objects.create(submission=later, other=earlier, percent=80)


def make_copy(work: Submission, original: Submission, by: User) -> CopyDecision:
    """Work that a moderator found to copy another."""
    flag = make_flag(work, original)
    copies.decide(flag=flag, by=by, confirmed=True, reason="Word for word the same.")
    return CopyDecision.objects.get(submission=work)
