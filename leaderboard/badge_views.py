"""Badges: all of them and how to earn each, one by one, and as proof for other sites."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.models import User
from leaderboard import badge_art, badges, credentials, streaks
from leaderboard.badge_list import BADGES, BY_CODE, Badge, Family
from leaderboard.models import BadgeAward, SigningKey
from learnquest.core.http import LearnerRequest, post_only

AN_HOUR = 60 * 60
LATEST_SHOWN = 12


@login_not_required
@require_safe
def badge_list(request: HttpRequest) -> HttpResponse:
    """All badges by family, each with how to earn it, and how far the learner is."""
    user = request.user
    if isinstance(user, User):
        families = badges.overview(user)
        held = [one for family in families.values() for one in family if one.award]
        nearest = sorted(
            (one for rows in families.values() for one in rows if not one.award and one.done),
            key=lambda one: -one.percent,
        )
        context = {
            "families": _named(families),
            "held": len(held),
            "nearest": nearest[:3],
            "streak": streaks.streak_of(user=user),
        }
    else:
        unearned: dict[Family, list[badges.Held]] = {family: [] for family in Family}
        for badge in BADGES:
            unearned[badge.family].append(badges.Held(badge, None, 0, ""))
        context = {"families": _named(unearned)}
    return render(request, "badges/list.html", {**context, "total": len(BADGES)})


@login_not_required
@require_safe
def badge(request: HttpRequest, code: str) -> HttpResponse:
    """One badge: how it is earned, how many hold it, and who of them shows their profile."""
    one = _find(code)
    user = request.user
    context = {"badge": one, "holders": badges.holders(one)}
    if isinstance(user, User):
        latest = BadgeAward.objects.filter(badge=code, user__is_profile_public=True)
        context |= {
            "held": badges.standing_of(one, user),
            "latest": latest.visible_to(user)
            .select_related("user")
            .order_by("-awarded_at", "-pk")[:LATEST_SHOWN],
        }
    return render(request, "badges/detail.html", context)


@login_not_required
@require_safe
def image(request: HttpRequest, code: str) -> HttpResponse:
    """A badge's picture, for the sites on which a credential is shown."""
    response = HttpResponse(badge_art.file(_find(code)), content_type="image/svg+xml")
    response["Cache-Control"] = f"public, max-age={AN_HOUR}"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@post_only("badges:badge")
def pin(request: LearnerRequest, code: str) -> HttpResponse:
    """Put a badge first on one's own profile."""
    return _pin(request, code, pinned=True)


@post_only("badges:badge")
def unpin(request: LearnerRequest, code: str) -> HttpResponse:
    """Take it down again."""
    return _pin(request, code, pinned=False)


def _pin(request: LearnerRequest, code: str, *, pinned: bool) -> HttpResponse:
    get_object_or_404(BadgeAward, user=request.user, badge=code)
    badges.pin(code=code, by=request.user, pinned=pinned)
    return redirect("badges:badge", code)


@require_safe
def credential(request: LearnerRequest, code: str) -> HttpResponse:
    """One's own award as a signed credential, to keep or to show elsewhere."""
    award = get_object_or_404(
        BadgeAward.objects.select_related("user"), user=request.user, badge=_find(code).code
    )
    return HttpResponse(
        credentials.export(award=award),
        content_type="application/vc+jwt",
        headers={
            "Content-Disposition": f'attachment; filename="learnquest-{code}.jwt"',
            "Cache-Control": "private, no-store",
        },
    )


@login_not_required
@require_safe
def issuer(request: HttpRequest) -> HttpResponse:
    """Who issues the badges, as their credentials name them."""
    return _public(credentials.profile(), "application/ld+json")


@login_not_required
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The keys with which badges were signed."""
    return _public({"keys": credentials.public_keys()}, "application/jwk-set+json")


@login_not_required
@require_safe
def key(request: HttpRequest, name: str) -> HttpResponse:
    """One key, at the address that the header of a credential gives."""
    try:
        return _public(credentials.public_key(name), "application/jwk+json")
    except SigningKey.DoesNotExist as error:
        raise Http404 from error


def _public(content: dict[str, object], content_type: str) -> JsonResponse:
    response = JsonResponse(content, content_type=content_type)
    response["Cache-Control"] = f"public, max-age={AN_HOUR}"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _find(code: str) -> Badge:
    if code not in BY_CODE:
        raise Http404
    return BY_CODE[code]


def _named(
    families: dict[Family, list[badges.Held]],
) -> list[tuple[Family, list[badges.Held], int]]:
    """Return each family with its badges and how many of them are held."""
    return [(family, rows, sum(1 for r in rows if r.award)) for family, rows in families.items()]
