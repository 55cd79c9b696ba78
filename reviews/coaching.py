"""Coaching the reviewer: what in a review is too vague or unkind, said before it is sent.

The coach names comments and kinds of trouble; the words shown are ours. It offers no text that
could be sent in the reviewer's place.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from ai import asking
from ai.exchange import Purpose
from ai.models import Ask
from ai.offline import review as offline_review
from ai.schemas import ReviewCheck, ReviewInputs
from learnquest.core.errors import Invalid
from reviews.models import PeerReview
from submissions import names

OVERALL = "overall"


@dataclass(frozen=True)
class Remark:
    """What is said to the reviewer about one of their comments."""

    where: str
    kind: str
    text: str


def check(*, review: PeerReview, by: User) -> Ask:
    """Have the saved words of a review checked. Raises Invalid when there are none."""
    review = (
        PeerReview.objects.given_by(by).select_related("submission__challenge").get(pk=review.pk)
    )
    comments = _words(review)
    if not comments:
        raise Invalid(_("Write something first: there are no words to look at yet."))
    inputs = ReviewInputs(challenge_title=review.submission.challenge.title, comments=comments)
    return asking.request(by=by, about=f"review:{review.pk}", inputs=inputs)


def before_sending(*, review: PeerReview, by: User) -> list[Remark]:
    """Return what is worth a second thought before the saved words are sent, or nothing.

    The rules of the built-in coach look, at once and without a model: where something is unkind,
    where nothing that was said helps the author on, or where the reviewer names themselves.
    """
    review = (
        PeerReview.objects.given_by(by).select_related("submission__challenge").get(pk=review.pk)
    )
    comments = _words(review)
    inputs = ReviewInputs(challenge_title=review.submission.challenge.title, comments=comments)
    found = offline_review.review(inputs)
    is_empty = offline_review.says_nothing(" ".join(comments.values()))
    is_worth_it = is_empty or any(flag.kind == "unkind" for flag in found.flags)
    return [*(_said(found, review) if is_worth_it else []), *_named(review, by)]


def names_in(review: PeerReview, by: User) -> list[str]:
    """Return the passages in which the reviewer names themselves while nobody is to know them."""
    if review.shows_names:
        return []
    return [found for words in _words(review).values() for found in names.passages(words, by)]


def _named(review: PeerReview, by: User) -> list[Remark]:
    where = _places(review)
    said = _("This seems to say who you are: “%(passage)s”. The author is not to know yet.")
    return [
        Remark(where.get(key, key), "named", said % {"passage": passage})
        for key, words in _words(review).items()
        for passage in names.passages(words, by)
    ]


def _words(review: PeerReview) -> dict[str, str]:
    """Return all that a review says, by where it stands."""
    words = {key: text for key, text in review.comments.items() if text.strip()}
    for number, passage in enumerate(review.quotes):
        if passage["comment"].strip():
            words[f"passage {number + 1}"] = passage["comment"]
    if review.overall.strip():
        words[OVERALL] = review.overall
    return words


def latest(*, review: PeerReview, by: User) -> Ask | None:
    """Return the last check of a review."""
    return asking.latest(by=by, about=f"review:{review.pk}", purpose=Purpose.REVIEW)


def remarks(ask: Ask, review: PeerReview) -> list[Remark]:
    """Return what a finished check says, in words of ours."""
    answer = asking.parsed(ask)
    return _said(answer, review) if isinstance(answer, ReviewCheck) else []


def _said(answer: ReviewCheck, review: PeerReview) -> list[Remark]:
    where = _places(review)
    words = {
        "vague": _("The author could not tell from this what to do next. Name a passage, and say "
                   "what would make it better."),
        "unkind": _("This may hurt without helping. Speak of the work, not of the person."),
        "unfounded": _("This judges without showing why. Name what in the work you mean."),
    }  # fmt: skip
    return [
        Remark(where.get(flag.field, flag.field), flag.kind, words[flag.kind])
        for flag in answer.flags
    ]


def _places(review: PeerReview) -> dict[str, str]:
    """Return what the parts of a review are called, by the keys of `_words`."""
    places = {c.key: c.name for c in review.submission.challenge.criteria}
    places[OVERALL] = _("All in all")
    for number in range(len(review.quotes)):
        places[f"passage {number + 1}"] = _("Passage %(n)d") % {"n": number + 1}
    return places
