"""Security: how somebody signs in, and where they are signed in now."""

from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import sessions
from accounts.confirming import confirmed
from learnquest.core.http import LearnerRequest, post_only


@require_safe
def security(request: LearnerRequest) -> HttpResponse:
    """Everything about signing in, on one page."""
    factors = list(Authenticator.objects.filter(user=request.user).order_by("created_at"))
    by_type = {factor.type: factor.wrap() for factor in factors}
    recovery = by_type.get(Authenticator.Type.RECOVERY_CODES)
    context: dict[str, Any] = {
        "passkeys": [f.wrap() for f in factors if f.type == Authenticator.Type.WEBAUTHN],
        "totp": by_type.get(Authenticator.Type.TOTP),
        "recovery": recovery,
        "recovery_left": len(recovery.get_unused_codes()) if recovery else 0,
        "has_factor": any(f.type != Authenticator.Type.RECOVERY_CODES for f in factors),
        "has_password": request.user.has_usable_password(),
        "browsers": sessions.browsers_of(
            request.user, current_key=request.session.session_key or ""
        ),
        "apps": sessions.apps_of(request.user),
        "has_providers": bool(settings.SOCIALACCOUNT_PROVIDERS),
    }
    if settings.SOCIALACCOUNT_PROVIDERS:
        context["connections"] = SocialAccount.objects.filter(user=request.user)
    return render(request, "accounts/security.html", context)


def _security(request: LearnerRequest, *which: object, **named: object) -> str:
    return "security"


@post_only(_security)
@confirmed
def end_browser(request: LearnerRequest, pk: int) -> HttpResponse:
    ended = sessions.end_browser(pk=pk, by=request.user)
    if ended == request.session.session_key:
        logout(request)
        return redirect("pages:home")
    messages.success(request, _("That browser is signed out."))
    return redirect("security")


@post_only(_security)
@confirmed
def end_app(request: LearnerRequest, family: UUID) -> HttpResponse:
    sessions.end_app(family=family, by=request.user)
    messages.success(request, _("That app is signed out."))
    return redirect("security")


@post_only("security")
@confirmed
def end_everywhere(request: LearnerRequest) -> HttpResponse:
    """Sign out everywhere; `keep` leaves this browser signed in."""
    if request.POST.get("keep"):
        kept = request.session.session_key or ""
        sessions.end_everywhere(user=request.user, reason="asked", keep=kept, request=request)
        messages.success(request, _("You are signed out everywhere but here."))
        return redirect("security")
    sessions.end_everywhere(user=request.user, reason="asked", request=request)
    logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return redirect("pages:home")
