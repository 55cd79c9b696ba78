"""How work is shown: to its author and moderators as it is, to a reviewer without its names."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse

from learnquest.core.markdown import render as render_markdown
from reviews.models import PeerReview
from submissions import attachments, history_views
from submissions.models import Attachment, Submission

register = template.Library()


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
