"""What a challenge asks of work before it is handed in: words, a link, a file."""

import re

from django.utils.translation import gettext as _

from submissions.models import Submission

# A word, or a character of a script that sets no spaces between words.
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|[^\W_]+(?:['’-][^\W_]+)*"
)


def words_in(text: str) -> int:
    """Return how many words a text has; each sign counts where none are set apart."""
    return len(_WORD.findall(text))


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
