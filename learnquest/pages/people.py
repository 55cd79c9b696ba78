"""A person's page, their picture, and the look that a browser keeps."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts import pictures
from accounts.models import User
from goals.models import Goal
from goals.progress_log import percents_of
from leaderboard import badges, points, ranking
from leaderboard.activity import Activity, activity
from leaderboard.badge_list import Badge
from leaderboard.models import BadgeAward
from learnquest.core.http import THEME_COOKIE, THEMES, LearnerRequest, post_only, way_back
from reviews.models import PeerReview
from submissions.models import Submission

A_YEAR = 365 * 24 * 60 * 60
A_DAY = 24 * 60 * 60
GOALS_SHOWN = 12


@dataclass(frozen=True)
class PersonPage:
    """What a person's page shows to one viewer."""

    person: User
    is_me: bool
    goals: list[tuple[Goal, Decimal]]
    badges: list[tuple[Badge, BadgeAward]]
    level: int
    place: ranking.Place | None
    accepted: int
    reviews: int
    activity: Activity

    @property
    def pinned(self) -> list[tuple[Badge, BadgeAward]]:
        return [one for one in self.badges if one[1].pinned_at]

    @property
    def unpinned(self) -> list[tuple[Badge, BadgeAward]]:
        return [one for one in self.badges if not one[1].pinned_at]


def find(*, username: str, viewer: User) -> User:
    """Return the person of that name. Raises Http404 unless `viewer` may open their page."""
    # A database does not take every character that an address can hold.
    if not username.isprintable():
        raise Http404
    person = get_object_or_404(User, username__iexact=username)
    if not person.is_profile_visible_to(viewer):
        raise Http404
    return person


def read(*, person: User, viewer: User) -> PersonPage:
    """Return a person's page, in a fixed number of queries."""
    goals = list(
        Goal.objects.owned_by(person)
        .visible_to(viewer)
        .exclude(status=Goal.Status.ARCHIVED)
        .order_by("-created_at")[:GOALS_SHOWN]
    )
    percents = percents_of(goals)
    is_me = person.pk == viewer.pk
    level, _since, _until = points.level_of(points.effort(person))
    return PersonPage(
        person=person,
        is_me=is_me,
        goals=[(goal, percents[goal.pk]) for goal in goals],
        badges=badges.of(person),
        level=level,
        place=ranking.place_of(user=person, viewer=viewer),
        accepted=Submission.objects.owned_by(person).aggregate(
            count=Count("pk", filter=Q(status=Submission.Status.ACCEPTED))
        )["count"],
        # Those with an outcome alone: a count that moves as a review is sent says whose it is.
        reviews=PeerReview.objects.given_by(person).sent().with_outcome().count(),
        activity=activity(user=person, with_pending=is_me),
    )


@require_safe
def profile(request: LearnerRequest, username: str) -> HttpResponse:
    """Who somebody is: their public goals, badges and rank. Private profiles do not exist."""
    page = read(person=find(username=username, viewer=request.user), viewer=request.user)
    return render(request, "pages/profile.html", {"page": page, "person": page.person})


@require_safe
def avatar(request: LearnerRequest, name: str) -> HttpResponseBase:
    """A person's picture, to those who may open their page. Its name changes with the picture."""
    if not name.isprintable():
        raise Http404
    person = get_object_or_404(User, avatar=pictures.FOLDER + name)
    if not pictures.may_see_picture(person, request.user):
        raise Http404
    try:
        file = person.avatar.open()
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type="image/webp")
    response["Cache-Control"] = f"private, max-age={A_DAY}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_not_required
@post_only("pages:home")
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or "as the system has it" in this browser."""
    response = redirect(way_back(request, default="/"))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            chosen,
            max_age=A_YEAR,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(THEME_COOKIE, samesite="Lax")
    return response
