"""What a challenge asks of work before it is handed in: words, a link, a file."""

import re

from django.utils.translation import gettext as _

from submissions import shingles
from submissions.models import Submission

# With fewer words beside the task's, two texts are the same by chance.
WORDS_OF_ITS_OWN = 8
# So many words are the work itself, whatever is attached to it.
WORDS_THAT_ARE_THE_WORK = 40
LIVE = (Submission.Status.SUBMITTED, Submission.Status.ACCEPTED)
# A word, or a character of a script that sets no spaces between words.
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|[^\W_]+(?:['’-][^\W_]+)*"
)


def words(text: str) -> list[str]:
    """Return the words of a text; each sign is one where none are set apart."""
    return _WORD.findall(text)


def words_in(text: str) -> int:
    """Return how many words a text has; each sign counts where none are set apart."""
    return len(words(text))


def missing(submission: Submission) -> dict[str, list[str]]:
    """Return, by field, what the challenge asks for and the work does not have yet."""
    challenge, errors = submission.challenge, {}
    count = words_in(submission.body)
    if count < challenge.min_words:
        errors["body"] = [
            _(
                "This challenge asks for at least %(least)d words, and there are %(now)d: "
                "write %(more)d more."
            )
            % {"least": challenge.min_words, "now": count, "more": challenge.min_words - count}
        ]
    if challenge.requires_link and not submission.link:
        errors["link"] = [
            _("This challenge asks for a link: to a recording, say, or to your code.")
        ]
    if challenge.requires_attachment and not submission.attachments.exists():
        errors["files"] = [_("This challenge asks for a file: attach one before handing in.")]
    return errors


def same_as(submission: Submission) -> int | None:
    """Return the number of the author's earlier attempt that is the same to the byte, or None."""
    earlier = (
        Submission.objects.filter(
            challenge=submission.challenge_id,
            author=submission.author_id,
            body=submission.body,
            link=submission.link,
            attempt__lt=submission.attempt,
        )
        .order_by("attempt")
        .prefetch_related("attachments")
    )
    files = {file.sha256 for file in submission.attachments.all()}
    for other in earlier:
        if files == {file.sha256 for file in other.attachments.all()}:
            return other.attempt
    return None


def handed_in_elsewhere(submission: Submission) -> Submission | None:
    """Return work of the author's on another challenge, accepted or in review, with this text.

    Case, spaces and line breaks make no other text of it. A few words may well be the same; more
    of them too, where they come with a link or a file that is new. What came back or was taken
    back may be handed in for another challenge.
    """
    count = shingles.words_beside(submission.body, shingles.of_task(submission.challenge))
    if count < WORDS_OF_ITS_OWN:
        return None
    text = shingles.folded(submission.body)
    live = Submission.objects.filter(author=submission.author_id, status__in=LIVE)
    live = live.exclude(challenge=submission.challenge_id).order_by("submitted_at", "pk")
    for pk, body in live.values_list("pk", "body").iterator():
        if shingles.folded(body) != text:
            continue
        other = live.select_related("challenge").get(pk=pk)
        beside = shingles.words_beside(body, shingles.of_task(other.challenge))
        if beside < WORDS_OF_ITS_OWN:
            continue
        if count >= WORDS_THAT_ARE_THE_WORK or not _brings_more(submission, than=other):
            return other
    return None


def _brings_more(submission: Submission, *, than: Submission) -> bool:
    """Whether work has a link or a file that other work does not have."""
    if submission.link not in {"", than.link}:
        return True
    files = {file.sha256 for file in submission.attachments.all()}
    return bool(files - {file.sha256 for file in than.attachments.all()})
