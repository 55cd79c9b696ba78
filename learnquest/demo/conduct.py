"""What people of the demo said to each other after an outcome, and what waits for its moderator."""

from datetime import datetime, timedelta

from accounts.models import Block, Report, User
from challenges.rubrics import weighted_score
from learnquest.demo.journeys import Handin
from reviews.models import Answer, Appeal, PeerReview
from reviews.reportables import words_of_review
from submissions.models import Submission

ASKED = "Which line do you mean by the second point? I would like to practise just that one."
SAID = "The one where you switch tenses. Say it aloud twice, and you will hear it."
WHY = "It is short, but what the criteria ask for is there. The scores read as if length were one."
OPINIONS = (
    "Short, as the author says, and right in the main. I would give more for what is there.",
    "It does lack a reason or two. Still, by the rubric it is better than it was taken to be.",
)
FIRST_WORDS = timedelta(hours=46)
UNREAD = "Two sentences that would fit any work. I do not think that it was read."
NOTE = "The author names their street and their school. I did not use it; perhaps tell them."
DISMISSED = "Short, but about this work, and not unkind. Mark it as not helpful instead."


def make_conduct(*, handins: list[Handin], people: list[User], now: datetime) -> None:
    """Let the first demo account talk with a reviewer, and give the moderator something to do.

    All of it is about work that was settled before the first of these words were said.
    """
    star, moderator = people[0], people[2]
    settled = [
        handin
        for handin in handins
        if handin.submission.settled_at is not None
        and handin.submission.settled_at <= now - FIRST_WORDS
        and all(one.reviewer not in {star, moderator} for one in handin.reviews)
    ]
    settled.sort(key=lambda handin: handin.submission.settled_at or now, reverse=True)
    mine = [one for one in settled if one.submission.author == star]
    if mine:
        _talk(mine[0].reviews[0], now)
    returned = [
        one
        for one in settled
        if one.submission.status == Submission.Status.RETURNED and one not in mine
    ]
    if returned:
        _appeal(returned[0], people[3:], now)
    others = [one for one in settled if one not in mine[:1] and one not in returned[:1]]
    vague = [review for one in others for review in one.reviews if review.is_helpful is None]
    _report(vague[:2], moderator, now)
    if vague[2:]:
        PeerReview.objects.filter(pk=vague[2].pk).update(private_note=NOTE)
    Block.objects.bulk_create([Block(blocker=people[5], blocked=people[9], created_at=now)])


def _talk(review: PeerReview, now: datetime) -> None:
    review.thanked_at = now - timedelta(hours=20)
    review.author_shows_name = review.reviewer_shows_name = True
    review.save(update_fields=["thanked_at", "author_shows_name", "reviewer_shows_name"])
    Answer.objects.bulk_create(
        [
            Answer(
                review=review,
                writer=review.author if is_by_author else review.reviewer,
                is_by_author=is_by_author,
                text=text,
                created_at=now - timedelta(hours=hours),
            )
            for text, is_by_author, hours in ((ASKED, True, 19), (SAID, False, 6))
        ]
    )


def _appeal(handin: Handin, others: list[User], now: datetime) -> None:
    """One that two others have looked at, so that the moderator can decide."""
    work = handin.submission
    Appeal.objects.create(
        submission=work,
        reason=WHY,
        created_at=now - timedelta(hours=9),
        score_before=work.score or 0,
        heard_at=now - timedelta(hours=2),
    )
    involved = {work.author, *(review.reviewer for review in handin.reviews)}
    fresh = [person for person in others if person not in involved]
    PeerReview.objects.bulk_create(
        _opinion(handin, person, words, now - timedelta(hours=hours))
        for person, words, hours in zip(fresh, OPINIONS, (6, 2), strict=False)
    )


def _opinion(handin: Handin, reviewer: User, words: str, when: datetime) -> PeerReview:
    scores = {key: min(100, score + 15) for key, score in handin.reviews[0].scores.items()}
    return PeerReview(
        submission=handin.submission,
        reviewer=reviewer,
        author=handin.submission.author,
        status=PeerReview.Status.SUBMITTED,
        is_for_appeal=True,
        claimed_at=when - timedelta(hours=1),
        lease_until=when + timedelta(days=4),
        scores=scores,
        overall=words,
        score=round(weighted_score(handin.challenge.criteria, scores), 2),
        submitted_at=when,
    )


def _report(reviews: list[PeerReview], moderator: User, now: datetime) -> None:
    """One report that waits and one that was dismissed."""
    for number, review in enumerate(reviews):
        is_decided = number > 0
        Report.objects.create(
            reporter=review.author,
            kind="review",
            target_id=review.pk,
            person=review.reviewer,
            reason=Report.Reason.UNFAIR,
            note=UNREAD,
            title=f"Review of “{review.submission.challenge.title}”",
            excerpt=words_of_review(review),
            created_at=now - timedelta(hours=5 + 40 * number),
            state=Report.State.DECIDED if is_decided else Report.State.OPEN,
            moderator=moderator if is_decided else None,
            decision=Report.Decision.DISMISSED if is_decided else "",
            explanation=DISMISSED if is_decided else "",
            decided_at=now - timedelta(hours=30) if is_decided else None,
        )
