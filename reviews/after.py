"""After the outcome: names by mutual consent, thanks, and a short talk about a review.

Before it neither side can reach the other. After it both stay unnamed unless both say otherwise.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import inbox
from accounts.models import Notification, User
from learnquest.core.errors import Conflict, Forbidden, Invalid
from learnquest.core.text import is_blank
from reviews.models import SETTLED, Answer, CopyDecision, PeerReview, PeerReviewQuerySet
from submissions import names
from submissions.models import Submission

MOST_ANSWERS = 12
LONGEST_ANSWER = 1000


@dataclass(frozen=True)
class Line:
    """One line of a talk, as one reader sees it."""

    answer: Answer
    who: str
    is_mine: bool


def talking_about(user: User) -> PeerReviewQuerySet:
    """Return the reviews about which `user` may talk: given or received, once it is settled."""
    given = PeerReview.objects.given_by(user)
    received = PeerReview.objects.filter(author=user)
    return (given | received).sent().with_outcome()


@transaction.atomic
def show_name(*, review: PeerReview, by: User, show: bool = True) -> PeerReview:
    """Say whether the other side may know who one is: names appear once both have said yes.

    Taking it back hides both names again, as far as they were not read.
    """
    review = _held(review, by)
    field = "author_shows_name" if by.pk == review.author_id else "reviewer_shows_name"
    was_shown, before = review.shows_names, getattr(review, field)
    setattr(review, field, show)
    review.save(update_fields=[field])
    if review.shows_names and not was_shown:
        for side in (review.author_id, review.reviewer_id):
            _tell(review, side, Notification.Kind.NAMES_SHOWN)
    elif show and not before:
        _tell(review, _other_side(review, by), Notification.Kind.NAMES_OFFERED)
    return review


@transaction.atomic
def thank(*, review: PeerReview, by: User, now: datetime | None = None) -> PeerReview:
    """Thank the reviewer of one's work, who is told so. Thanking twice is thanking once."""
    review = _held(review, by)
    if review.author_id != by.pk:
        raise Forbidden(_("The author thanks, not the reviewer."))
    if review.thanked_at is None:
        review.thanked_at = now or timezone.now()
        review.save(update_fields=["thanked_at"])
        _tell(review, review.reviewer_id, Notification.Kind.THANKED)
    return review


@transaction.atomic
def answer(*, review: PeerReview, by: User, text: str, now: datetime | None = None) -> Answer:
    """Say something about a review to its other side, unnamed as the review itself.

    Where a block stands between the two it reaches nobody, and its writer sees it all the same: who
    is blocked would else be told by it. Raises Invalid, by field, for no words or too many, and
    Conflict once twelve were written or when the other side's account is gone.
    """
    review = _held(review, by)
    text = text.strip()
    message = ""
    if is_blank(text):
        message = _("Write something first.")
    elif len(text) > LONGEST_ANSWER:
        message = _("Shorten this to 1000 characters.")
    if message:
        raise Invalid(message, errors={"text": [message]})
    other = _other_side(review, by)
    if other is None:
        raise Conflict(_("This talk is closed."))
    # What was held on the other side does not count: it would tell that there is something.
    seen = Answer.objects.filter(Q(is_delivered=True) | Q(writer=by), review=review)
    if seen.count() >= MOST_ANSWERS:
        raise Conflict(_("Twelve answers are enough about one review: this talk is closed."))
    new = Answer.objects.create(
        review=review,
        writer=by,
        is_by_author=by.pk == review.author_id,
        text=text,
        created_at=now or timezone.now(),
        is_delivered=not by.is_apart_from(other),
    )
    if new.is_delivered:
        _tell(review, other, Notification.Kind.ANSWERED)
    return new


def names_in(text: str, review: PeerReview, by: User) -> list[str]:
    """Return the passages in which `by` names themselves while the other side knows no name."""
    return [] if review.shows_names else names.passages(text, by)


def has_outcome(work: Submission) -> bool:
    """Whether the sides may reach each other; copied work that was in review may return there."""
    if work.status not in SETTLED:
        return False
    was_in_review = CopyDecision.objects.standing().filter(
        submission=work, status=Submission.Status.SUBMITTED
    )
    return not was_in_review.exists()


def lines_of(review: PeerReview, reader: User, answers: list[Answer]) -> list[Line]:
    """Return the talk about one review, each line with who speaks, as `reader` may know it."""
    return [
        Line(
            one, name_of_side(review, reader, is_author=one.is_by_author), _is_readers(one, reader)
        )
        for one in answers
    ]


def attach_talks(reviews: list[PeerReview], reader: User) -> None:
    """Give each review that has its outcome its `talk` as `reader` sees it, in two queries."""
    found = PeerReview.objects.with_outcome().filter(pk__in=[review.pk for review in reviews])
    open_ids = set(found.values_list("pk", flat=True))
    answers: dict[int, list[Answer]] = {}
    for one in Answer.objects.visible_to(reader).filter(review__in=reviews).order_by("created_at"):
        answers.setdefault(one.review_id, []).append(one)
    for review in (one for one in reviews if one.pk in open_ids):
        review.talk = lines_of(review, reader, answers.get(review.pk, []))  # type: ignore[attr-defined]


def name_of_side(review: PeerReview, reader: User, *, is_author: bool) -> str:
    """Return what `reader` calls the author or the reviewer: a name only where both show theirs."""
    person_id = review.author_id if is_author else review.reviewer_id
    if person_id == reader.pk:
        return _("You")
    if review.shows_names:
        person = review.author if is_author else review.reviewer
        if person is not None and person.is_present:
            return person.name
    return _("The author") if is_author else _("The reviewer")


def _is_readers(answer: Answer, reader: User) -> bool:
    return answer.writer_id == reader.pk


def _held(review: PeerReview, by: User) -> PeerReview:
    """Lock and return a review about which `by` may talk; a stranger's does not exist.

    Raises Conflict before the outcome, which is the decision for a second opinion in an appeal.
    """
    mine = PeerReview.objects.given_by(by) | PeerReview.objects.filter(author=by)
    found = (
        mine.sent()
        .select_for_update(of=("self",))
        .select_related("submission__challenge")
        .get(pk=review.pk)
    )
    is_known = PeerReview.objects.with_outcome().filter(pk=found.pk).exists()
    if not is_known or not has_outcome(found.submission):
        raise Conflict(_("Wait for the outcome: until then neither side can reach the other."))
    return found


def _other_side(review: PeerReview, by: User) -> int | None:
    return review.reviewer_id if by.pk == review.author_id else review.author_id


def _tell(review: PeerReview, user_id: int | None, kind: Notification.Kind) -> None:
    if user_id is None:
        return  # their account is gone
    is_author = user_id == review.author_id
    inbox.notify(
        user_id=user_id,
        kind=kind,
        subject=review.submission.challenge.title,
        target=review.submission.get_absolute_url() if is_author else review.get_absolute_url(),
    )
