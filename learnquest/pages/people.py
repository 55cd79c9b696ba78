"""A person's public page, and the settings of one's own account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import profile as profile_deeds
from accounts.forms import ProfileForm
from accounts.models import User
from goals.models import Goal
from goals.progress_log import percents_of
from leaderboard import badges, ranking
from learnquest.core.checked import show_on
from learnquest.core.errors import DomainError
from learnquest.core.http import THEME_COOKIE, THEMES, LearnerRequest, post_only
from reviews.models import PeerReview
from submissions.models import Submission

A_YEAR = 365 * 24 * 60 * 60
GOALS_SHOWN = 12


@require_GET
def profile(request: LearnerRequest, username: str) -> HttpResponse:
    """Who somebody is: their public goals, badges and rank. Private profiles do not exist."""
    person = get_object_or_404(User, username__iexact=username)
    if not person.is_profile_visible_to(request.user):
        raise Http404
    goals = list(
        Goal.objects.owned_by(person)
        .visible_to(request.user)
        .exclude(status=Goal.Status.ARCHIVED)
        .order_by("-created_at")[:GOALS_SHOWN]
    )
    percents = percents_of(goals)
    context = {
        "person": person,
        "is_me": person.pk == request.user.pk,
        "goals": [(goal, percents[goal.pk]) for goal in goals],
        "badges": badges.of(person),
        "place": ranking.place_of(user=person, viewer=request.user),
        "accepted": Submission.objects.owned_by(person).aggregate(
            count=Count("pk", filter=Q(status=Submission.Status.ACCEPTED))
        )["count"],
        "reviews": PeerReview.objects.given_by(person).sent().count(),
    }
    return render(request, "pages/profile.html", context)


@require_http_methods(["GET", "POST"])
def settings_page(request: LearnerRequest) -> HttpResponse:
    # A copy, since the form writes on what it checks and the header shows the learner's name.
    user = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        try:
            profile_deeds.update_profile(user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("pages:settings")
    status = 422 if request.method == "POST" else 200
    return render(request, "pages/settings.html", {"form": form}, status=status)


@login_not_required
@post_only("pages:home")
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or "as the system has it" in this browser."""
    to = request.POST.get("next", "")
    response = redirect(to if url_has_allowed_host_and_scheme(to, allowed_hosts=None) else "/")
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
