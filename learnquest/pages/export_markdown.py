"""A person's goals and reviews as Markdown, to be read without any program."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath

from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from challenges.models import Challenge
from goals.models import Goal, Progress
from reviews.models import AIFeedback, PeerReview
from submissions.models import Submission


def files(user: User) -> Iterator[tuple[str, str]]:
    """Yield name and text of each file: one for each goal, one for the reviews given."""
    for goal in Goal.objects.owned_by(user).order_by("created_at", "pk"):
        yield f"goals/{goal.pk}-{slugify(goal.title)[:50] or 'goal'}.md", _goal(goal)
    yield "reviews-given.md", "\n\n".join(_reviews_given(user)) + "\n"


def _goal(goal: Goal) -> str:
    parts = [f"# {_line(goal.title)}", _facts(
        (_("Field"), goal.get_category_display()),
        (_("Status"), goal.get_status_display()),
        (_("Who can see it"), goal.get_visibility_display()),
        (_("Start"), goal.start_date.isoformat()),
        (_("Target date"), goal.target_date.isoformat() if goal.target_date else ""),
    )]  # fmt: skip
    parts.append(goal.description)
    milestones = [
        f"- [{'x' if milestone.completed_at else ' '}] {_line(milestone.title)}"
        for milestone in goal.milestones.all()
    ]
    if milestones:
        parts += [f"## {_('Milestones')}", "\n".join(milestones)]
    for challenge in Challenge.objects.filter(goal=goal):
        parts += _challenge(challenge)
    log = [
        f"- {_time(line.occurred_at)}: {line.get_kind_display()}"
        + (f" – {_line(line.note)}" if line.note else "")
        for line in Progress.objects.filter(goal=goal).order_by("occurred_at", "pk")
    ]
    if log:
        parts += [f"## {_('What happened')}", "\n".join(log)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _challenge(challenge: Challenge) -> list[str]:
    parts = [f"## {_line(challenge.title)}", _facts(
        (_("Status"), challenge.get_status_display()),
        (_("Difficulty"), f"{challenge.difficulty}/5"),
        (_("Estimated minutes"), str(challenge.estimated_minutes)),
    ), challenge.instructions]  # fmt: skip
    for work in Submission.objects.filter(challenge=challenge).order_by("attempt"):
        parts += _work(work)
    return parts


def _work(work: Submission) -> list[str]:
    parts = [f"### {_('Attempt %(n)d') % {'n': work.attempt}}", _facts(
        (_("Status"), work.get_status_display()),
        (_("Handed in"), _time(work.submitted_at) if work.submitted_at else ""),
        (_("Score"), str(work.score) if work.score is not None else ""),
        (_("Link"), work.link),
    ), work.body]  # fmt: skip
    attached = [
        f"- {_line(file.name)}: files/{PurePosixPath(str(file.file.name)).name}"
        for file in work.attachments.order_by("number")
    ]
    if attached:
        parts += [f"#### {_('Files')}", "\n".join(attached)]
    feedback = AIFeedback.objects.filter(submission=work, status=AIFeedback.Status.READY).first()
    if feedback:
        said = [f"- “{_line(row['quote'])}” {row['comment']}" for row in
                (*feedback.strengths, *feedback.improvements)]  # fmt: skip
        parts += [
            f"#### {_('What the coach said')}",
            feedback.summary,
            "\n".join(said),
            feedback.next_step,
        ]
    for review in PeerReview.objects.filter(submission=work).sent().order_by("submitted_at"):
        parts += [f"#### {_('What a reviewer said')}", *_said(review, work.challenge)]
    return parts


def _reviews_given(user: User) -> Iterator[str]:
    yield f"# {_('Reviews that you gave')}"
    reviews = PeerReview.objects.given_by(user).select_related("submission__challenge")
    for review in reviews.order_by("claimed_at"):
        yield f"## {_line(review.submission.challenge.title)}"
        yield _facts(
            (_("Status"), review.get_status_display()),
            (_("Sent"), _time(review.submitted_at) if review.submitted_at else ""),
        )
        yield from _said(review, review.submission.challenge)


def _said(review: PeerReview, challenge: Challenge) -> list[str]:
    names = {criterion.key: _line(criterion.name) for criterion in challenge.criteria}
    scores = [
        f"- {names.get(key, key)}: {score}"
        + (f" – {review.comments[key]}" if key in review.comments else "")
        for key, score in review.scores.items()
    ]
    return [part for part in ("\n".join(scores), review.overall) if part]


def _facts(*facts: tuple[str, str]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in facts if value)


def _line(text: str) -> str:
    return " ".join(text.split())


def _time(when: datetime) -> str:
    return timezone.localtime(when).strftime("%Y-%m-%d %H:%M")
