"""How work is shown: to its author and moderators as it is, to a reviewer without its names."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learnquest.core.markdown import render as render_markdown
from reviews.models import AIFeedback, PeerReview
from submissions import attachments, history_views
from submissions.models import Attachment, Submission

register = template.Library()

# The masterpiece is never easier than stated.
HOW_HARD = {
    1: gettext_lazy("warm-up"),
    2: gettext_lazy("easy"),
    3: gettext_lazy("stretch"),
    4: gettext_lazy("hard"),
}


@dataclass(frozen=True)
class ShownFile:
    name: str
    url: str
    file: Attachment


@register.inclusion_tag("submissions/_work.html")
def work_as_it_is(work: Submission, body: Any) -> dict[str, Any]:
    """Show work to its author or a moderator; `body` is its rendered text."""
    files = [
        ShownFile(file.name, reverse("submissions:attachment", args=[file.pk]), file)
        for file in attachments.of(work)
    ]
    has_changes = work.attempt > 1 and history_views.attempt_before(work) is not None
    changes_url = reverse("submissions:changes", args=[work.pk]) if has_changes else ""
    return {"body": body, "link": work.link, "files": files, "changes_url": changes_url}


@register.inclusion_tag("submissions/_work.html")
def work_to_review(review: PeerReview, body: Any = None) -> dict[str, Any]:
    """Show work to its reviewer: files have neutral names, and addresses of the review."""
    work = review.submission
    files = [
        ShownFile(
            file.neutral_name, reverse("reviews:attachment", args=[review.pk, file.number]), file
        )
        for file in attachments.of(work)
    ]
    has_changes = work.attempt > 1 and history_views.attempt_before(work) is not None
    return {
        "body": render_markdown(work.body) if body is None else body,
        "link": work.link,
        "files": files,
        "changes_url": reverse("reviews:changes", args=[review.pk]) if has_changes else "",
    }


@register.inclusion_tag("reviews/_said.html")
def said_of(work: Submission) -> dict[str, Any]:
    """Show an author what was said of their work, criterion by criterion, while they revise it."""
    reviews = list(PeerReview.objects.filter(submission=work).sent().order_by("submitted_at"))
    feedback = AIFeedback.objects.filter(submission=work, status=AIFeedback.Status.READY).first()
    graders = [
        (_("Reviewer %(n)d") % {"n": n}, review.scores, review.comments)
        for n, review in enumerate(reviews, start=1)
    ]
    if feedback is not None:
        scores = {row["key"]: row["score"] for row in feedback.scores}
        comments = {row["key"]: row["comment"] for row in feedback.scores}
        graders.append((_("The coach"), scores, comments))
    rows = [
        (
            criterion,
            [
                (who, scores.get(criterion.key), comments.get(criterion.key, ""))
                for who, scores, comments in graders
                if criterion.key in scores or comments.get(criterion.key)
            ],
        )
        for criterion in work.challenge.criteria
    ]
    return {"work": work, "reviews": reviews, "feedback": feedback, "rows": rows}


@register.inclusion_tag("reviews/_how_hard.html")
def how_hard(stated: int, given: int | None, errors: Any = None) -> dict[str, Any]:
    """Ask a reviewer how hard the task is: as stated, unless they choose an easier level."""
    chosen = given if given in range(1, stated) else stated
    levels = [
        (level, _("as stated") if level == stated else HOW_HARD[level], level == chosen)
        for level in range(1, stated + 1)
    ]
    return {"levels": levels, "wrong": (errors or {}).get("difficulty", [])}
