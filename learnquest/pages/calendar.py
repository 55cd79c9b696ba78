"""A learner's milestones and due challenges as a calendar that other programs read (RFC 5545)."""

import hashlib
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from icalendar import Calendar, Event

from accounts import speech
from accounts.models import User
from challenges import deadlines
from goals import calendar_feed
from goals.models import Goal, Milestone
from learnquest.core.http import LearnerRequest, post_only

# What calendars ask for every few minutes need not be made anew each time.
KEPT_FOR_SECONDS = 900
# Names of events stay the same when a site moves to another address.
UID_DOMAIN = "learnquest"
# Says when the calendar was asked for, so the ETag is of what stands beside it.
_STAMP = re.compile(rb"DTSTAMP:\S+\r\n")


@require_safe
@login_not_required
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind a private address; whoever has the address may read it."""
    found = calendar_feed.find(token)
    if found is None:
        raise Http404
    with translation.override(speech.language_of(found.user)):
        body = make(found.user, base=request.build_absolute_uri("/").rstrip("/"))
    etag = f'"{hashlib.sha256(_STAMP.sub(b"", body)).hexdigest()[:32]}"'
    response = get_conditional_response(
        request,
        etag=etag,
        response=HttpResponse(body, content_type="text/calendar; charset=utf-8"),
    )
    assert isinstance(response, HttpResponse)
    response["ETag"] = etag
    response["Cache-Control"] = f"private, max-age={KEPT_FOR_SECONDS}"
    response["Content-Disposition"] = 'inline; filename="learnquest.ics"'
    response["X-Robots-Tag"] = "noindex"
    return response


def make(user: User, *, base: str, now: datetime | None = None) -> bytes:
    """Return the calendar of `user`; `base` is the site's own address, for links.

    Each entry lasts a whole day and names no zone: the day is the learner's wherever it is read.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//LearnQuest//Plan//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", _("LearnQuest"))
    calendar.add("x-wr-calname", _("LearnQuest"))
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    stamp = now or timezone.now()
    for event in _events(user, base):
        event.add("dtstamp", stamp)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(user: User, base: str) -> Iterator[Event]:
    milestones = (
        Milestone.objects.owned_by(user)
        .filter(goal__status__in=[Goal.Status.ACTIVE, Goal.Status.COMPLETED])
        .exclude(due_date=None)
        .select_related("goal")
        .order_by("due_date", "pk")
    )
    for milestone in milestones:
        assert milestone.due_date is not None
        title = f"✓ {milestone.title}" if milestone.completed_at else milestone.title
        yield _event(
            uid=f"milestone-{milestone.pk}",
            on=milestone.due_date,
            title=title,
            goal=milestone.goal,
            url=base + milestone.goal.get_absolute_url(),
            version=milestone.version,
        )
    for due in deadlines.of_learner(user):
        yield _event(
            uid=f"challenge-{due.challenge.pk}",
            on=due.on,
            title=due.challenge.title,
            goal=due.challenge.goal,
            url=base + due.challenge.get_absolute_url(),
            version=due.challenge.version,
        )


def _event(*, uid: str, on: date, title: str, goal: Goal, url: str, version: int) -> Event:
    event = Event()
    event.add("uid", f"{uid}@{UID_DOMAIN}")
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))
    event.add("summary", title)
    event.add("description", goal.title)
    event.add("categories", [goal.get_category_display()])
    event.add("url", url)
    event.add("sequence", version - 1)
    event.add("transp", "TRANSPARENT")
    return event


@require_safe
def calendar_page(request: LearnerRequest) -> HttpResponse:
    """Show the learner's calendar address, or how to get one."""
    found = calendar_feed.feed_of(request.user)
    address = ""
    if found is not None:
        path = reverse("pages:calendar_feed", args=[calendar_feed.token_of(found)])
        address = request.build_absolute_uri(path)
    return render(request, "pages/calendar.html", {"address": address, "feed": found})


@post_only("pages:calendar")
def renew(request: LearnerRequest) -> HttpResponse:
    calendar_feed.renew(by=request.user)
    messages.success(request, _("This is your calendar's address. Earlier ones no longer work."))
    return redirect("pages:calendar")


@post_only("pages:calendar")
def close(request: LearnerRequest) -> HttpResponse:
    calendar_feed.close(by=request.user)
    messages.success(request, _("Your calendar's address no longer works."))
    return redirect("pages:calendar")
