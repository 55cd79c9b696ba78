"""Reports, and what moderators decide on them: with reasons, told to both sides, reversible.

A decision is on the thing: all reports of it that wait are decided with it. Nobody decides on what
they reported, or what is theirs. Whom a decision falls on never learns who reported.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, moderation_notices, reportables, suspension
from accounts.conduct import CLAIM_LIFE
from accounts.models import Report, User
from accounts.reportables import Reportable
from learnquest.core.checked import check
from learnquest.core.errors import Conflict, Forbidden, Invalid, NotFound
from learnquest.core.text import is_blank

State = Report.State
Decision = Report.Decision

LEAST_REASONS = 10
# How long somebody may be kept out, in days; 0 is until a moderator lifts it.
SPANS = (1, 7, 30, 0)


def reportable_of(kind: str, target_id: int, *, by: User) -> tuple[Reportable, Any]:
    """Return what `by` wants to report. Raises NotFound for what they cannot see, or is theirs.

    It is of another kind than the one named where that one stands for it.
    """
    reportable = reportables.of(kind)
    thing = reportable.open_to(by).filter(pk=target_id).first() if reportable else None
    if reportable is None or thing is None:
        raise NotFound(_("There is nothing here that you could report."))
    if reportable.stands_for is not None:
        meant, thing = reportable.stands_for(thing)
        reportable = reportables.kinds()[meant]
    return reportable, thing


@transaction.atomic
def report(
    *,
    kind: str,
    target_id: int,
    by: User,
    reason: str,
    note: str = "",
    now: datetime | None = None,
) -> Report:
    """Tell the moderators of something. Telling them twice, while it waits, is one report.

    Raises NotFound for what `by` cannot see, and Invalid, by field, for no reason.
    """
    reportable, thing = reportable_of(kind, target_id, by=by)
    waiting = Report.objects.waiting().filter(reporter=by, kind=reportable.kind, target_id=thing.pk)
    existing = waiting.first()
    if existing is not None:
        return existing
    person_id = reportable.person_id(thing)
    new = Report(
        reporter=by,
        kind=reportable.kind,
        target_id=thing.pk,
        person_id=person_id,
        reason=reason,
        note=note.strip(),
        title=reportable.title(thing)[:200],
        excerpt=reportable.words(thing)[: reportables.MOST_WORDS],
        created_at=now or timezone.now(),
    )
    if reason == Report.Reason.OTHER and is_blank(new.note):
        message = _("Say in a few words what it is.")
        raise Invalid(message, errors={"note": [message]})
    check(new, exclude={"person"}, constraints=False)
    try:
        with transaction.atomic():
            new.save()
    except IntegrityError:
        return waiting.get()  # a second click was faster
    return new


@transaction.atomic
def claim(*, report: Report, by: User, now: datetime | None = None) -> Report:
    """Take a report, with all others of the same thing, so that no two moderators decide.

    Raises Forbidden for what is one's own or reported oneself, and Conflict while another
    moderator has it, for a day at most.
    """
    now = now or timezone.now()
    reports = _same(report, by=by)
    held = [one for one in reports if _is_held_by_another(one, by, now)]
    if held:
        raise Conflict(_("%(name)s is looking at this.") % {"name": held[0].moderator})
    for one in reports:
        one.state, one.moderator, one.claimed_at = State.CLAIMED, by, now
        one.save(update_fields=["state", "moderator", "claimed_at"])
    return _picked(reports, report)


@transaction.atomic
def release(*, report: Report, by: User) -> Report:
    """Put a report back for others. Raises Conflict for one that is not in one's hands."""
    reports = _in_hand(report, by)
    for one in reports:
        one.state, one.moderator, one.claimed_at = State.OPEN, None, None
        one.save(update_fields=["state", "moderator", "claimed_at"])
    return _picked(reports, report)


@transaction.atomic
def decide(
    *,
    report: Report,
    by: User,
    decision: str,
    reason: str,
    days: int = 0,
    now: datetime | None = None,
) -> Report:
    """Decide on a report in one's hands, and on all that wait about the same thing.

    Hiding, and suspending for `days` (0: until it is lifted), can be undone. Raises Conflict for
    a report that is not in one's hands, and Invalid, by field, without a decision or reasons.
    """
    now = now or timezone.now()
    reason = reason.strip()
    _check_decision(decision, reason, days)
    reports = _in_hand(report, by)
    first = reports[0]
    if decision in {Decision.HIDDEN, Decision.SUSPENDED}:
        _hide(first, now)
    if decision == Decision.SUSPENDED:
        if first.person is None:
            raise Conflict(_("Whose it is has left: there is nobody to suspend."))
        until = now + timedelta(days=days) if days else None
        suspension.suspend(user=first.person, by=by, reason=reason, until=until, now=now)
    for one in reports:
        one.state, one.decision, one.explanation, one.decided_at = (
            State.DECIDED, decision, reason, now,
        )  # fmt: skip
        one.save(update_fields=["state", "decision", "explanation", "decided_at"])
        moderation_notices.report_decided(one, now=now)
    _audit(first, by, decision, now)
    if decision in Report.DECISIONS_AGAINST:
        # One notice, however many reported it.
        moderation_notices.moderated(first, now=now)
    return _picked(reports, report)


@transaction.atomic
def undo(*, report: Report, by: User, now: datetime | None = None) -> Report:
    """Bring back what a decision hid, and let in again whom it kept out.

    Raises Conflict for a decision that took nothing away, or was undone before.
    """
    now = now or timezone.now()
    _may_decide(report, by)
    decided = Report.objects.select_for_update(of=("self",)).about_the_same(report)
    reports = [one for one in decided.order_by("pk") if one.can_be_undone]
    if report.pk not in {one.pk for one in reports}:
        raise Conflict(_("There is nothing to undo here."))
    reportable = reportables.of(report.kind)
    thing = reportable.find_locked(report.target_id) if reportable else None
    if reportable is not None and thing is not None:
        thing.hidden_at = None
        thing.save(update_fields=["hidden_at"])
        reportable.after_undoing(thing)
    was_suspended = any(one.decision == Decision.SUSPENDED for one in reports)
    if was_suspended and report.person is not None and report.person.is_suspended:
        suspension.lift(user=report.person, by=by, now=now)
    for one in reports:
        one.undone_at = now
        one.save(update_fields=["undone_at"])
    _audit(report, by, "undone", now)
    moderation_notices.undone(report, now=now)
    return _picked(reports, report)


def queue() -> "QuerySet[Report]":
    """Return what waits for a moderator, the longest wait first."""
    return (
        Report.objects.waiting().select_related("person", "moderator").order_by("created_at", "pk")
    )


def concerning(user: User, reports: Sequence[Report]) -> set[int]:
    """Return the ids of those reports that have to do with `user`, in two queries for each kind.

    They reported the thing, it is theirs, or they stand on its other side, as the author of a
    work does to a review of it. Such a moderator learns no names there, and decides nothing.
    """
    targets: dict[str, set[int]] = {}
    for one in reports:
        targets.setdefault(one.kind, set()).add(one.target_id)
    found: set[tuple[str, int]] = set()
    for kind, ids in targets.items():
        reported = Report.objects.filter(reporter=user, kind=kind, target_id__in=ids)
        found |= {(kind, pk) for pk in reported.values_list("target_id", flat=True)}
        reportable = reportables.of(kind)
        if reportable is not None and reportable.concerns is not None:
            theirs = reportable.concerns(user).filter(pk__in=ids)
            found |= {(kind, pk) for pk in theirs.values_list("pk", flat=True)}
    return {
        one.pk for one in reports if one.person_id == user.pk or (one.kind, one.target_id) in found
    }


def history_of(person: User | None) -> list[Report]:
    """Return what was decided against somebody before, the last first."""
    if person is None:
        return []
    against = Report.objects.filter(person=person, decision__in=Report.DECISIONS_AGAINST)
    return list(against.order_by("-decided_at")[:10])


def _check_decision(decision: str, reason: str, days: int) -> None:
    errors: dict[str, list[str]] = {}
    if decision not in Decision.values:
        errors["decision"] = [_("Choose what is to happen.")]
    if is_blank(reason) or len(reason) < LEAST_REASONS:
        errors["explanation"] = [_("Give the reasons in a sentence: both sides read them.")]
    elif len(reason) > 2000:
        errors["explanation"] = [_("Shorten this to 2000 characters.")]
    if decision == Decision.SUSPENDED and days not in SPANS:
        errors["days"] = [_("Choose for how long.")]
    if errors:
        raise Invalid(_("The decision is not complete yet."), errors=errors)


def _hide(report: Report, now: datetime) -> None:
    reportable = reportables.of(report.kind)
    thing = reportable.find_locked(report.target_id) if reportable else None
    if reportable is None or thing is None:
        return  # deleted meanwhile: the decision and its reasons stand all the same
    if thing.hidden_at is None:
        thing.hidden_at = now
        thing.save(update_fields=["hidden_at"])
        reportable.after_hiding(thing)


def _same(report: Report, *, by: User) -> list[Report]:
    """Lock and return the reports of one thing that wait. Raises as `claim` says."""
    _may_decide(report, by)
    waiting = (
        Report.objects.select_for_update(of=("self",))
        .waiting()
        .about_the_same(report)
        .select_related("moderator", "person")
        .order_by("pk")
    )
    reports = list(waiting)
    if report.pk not in {one.pk for one in reports}:
        raise Conflict(_("This report was decided already."))
    return reports


def _in_hand(report: Report, by: User) -> list[Report]:
    reports = _same(report, by=by)
    mine = next(one for one in reports if one.pk == report.pk)
    if mine.state != State.CLAIMED or mine.moderator_id != by.pk:
        raise Conflict(_("Take this report first, so that no two moderators decide on it."))
    return reports


def _may_decide(report: Report, by: User) -> None:
    if not by.is_moderator:
        raise NotFound(_("There is no such report."))
    if report.person_id == by.pk:
        raise Forbidden(_("This is about something of yours: another moderator decides."))
    if Report.objects.about_the_same(report).filter(reporter=by).exists():
        raise Forbidden(_("You reported this yourself: another moderator decides."))
    if concerning(by, [report]):
        raise Forbidden(_("You have to do with this: another moderator decides."))


def _is_held_by_another(report: Report, by: User, now: datetime) -> bool:
    if report.state != State.CLAIMED or report.moderator_id in {None, by.pk}:
        return False
    return report.claimed_at is not None and report.claimed_at > now - CLAIM_LIFE


def _picked(reports: list[Report], wanted: Report) -> Report:
    return next(one for one in reports if one.pk == wanted.pk)


def _audit(report: Report, by: User, decision: str, now: datetime) -> None:
    # Nobody reads in their export that something of theirs was reported, and for nothing.
    is_theirs = decision != Decision.DISMISSED
    audit.record(
        kind=audit.Kind.MODERATED,
        user=report.person if is_theirs else None,
        actor=by,
        details={
            "decision": decision,
            "target": f"{report.kind}:{report.target_id}",
            "reason": report.reason,
        },
        now=now,
    )
