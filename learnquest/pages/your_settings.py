"""The settings of one's own account, a page for each kind."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import pictures
from accounts import profile as profile_deeds
from accounts.forms import MailForm, PictureForm, PrivacyForm, ProfileForm
from accounts.models import User
from ai import gateway
from goals.models import Goal
from learnquest.core.checked import show_on
from learnquest.core.errors import DomainError
from learnquest.core.http import LearnerRequest, post_only

# The tabs of the settings, in order.
SECTIONS = (
    ("pages:settings", gettext_lazy("Profile")),
    ("pages:privacy", gettext_lazy("Privacy")),
    ("pages:mail", gettext_lazy("Mail")),
    ("pages:blocked", gettext_lazy("Blocked")),
    ("pages:data", gettext_lazy("Your data")),
)


def tabs(here: str) -> list[tuple[str, Any, bool]]:
    """Return the tabs above each page of the settings; `here` is the name of the page."""
    return [(reverse(name), label, name == here) for name, label in SECTIONS]


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: LearnerRequest) -> HttpResponse:
    context: dict[str, Any] = {"picture_form": PictureForm()}
    return _settings(request, ProfileForm, "pages:settings", "pages/settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def privacy(request: LearnerRequest) -> HttpResponse:
    goals = (
        Goal.objects.owned_by(request.user)
        .exclude(status=Goal.Status.ARCHIVED)
        .order_by("-visibility", "-created_at")
    )
    context = {"goals": goals, "site_is_offline": gateway.is_offline()}
    return _settings(request, PrivacyForm, "pages:privacy", "pages/settings_privacy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: LearnerRequest) -> HttpResponse:
    return _settings(request, MailForm, "pages:mail", "pages/settings_mail.html", {})


@post_only("pages:settings")
def set_picture(request: LearnerRequest) -> HttpResponse:
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        # One byte more than is allowed is enough to know that it is too much.
        data = form.cleaned_data["picture"].read(pictures.MOST_BYTES + 1)
        try:
            pictures.set_picture(user=request.user, data=data)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            messages.success(request, _("That is your picture now."))
            return redirect("pages:settings")
    user = User.objects.get(pk=request.user.pk)
    context = {
        "tabs": tabs("pages:settings"),
        "form": ProfileForm(instance=user),
        "picture_form": form,
    }
    return render(request, "pages/settings.html", context, status=422)


@post_only("pages:settings")
def remove_picture(request: LearnerRequest) -> HttpResponse:
    pictures.remove_picture(user=request.user)
    messages.success(request, _("Your picture is gone; the figure drawn for you is back."))
    return redirect("pages:settings")


def _settings(
    request: LearnerRequest,
    make: Callable[..., forms.ModelForm[User]],
    name: str,
    template: str,
    context: dict[str, Any],
) -> HttpResponse:
    """Show a form over one's own account, and save what it asks for."""
    # A copy, since the form writes on what it checks and the header shows the learner's name.
    user = User.objects.get(pk=request.user.pk)
    form = make(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        try:
            profile_deeds.update_profile(user=request.user, **form.cleaned_data)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect(name)
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"tabs": tabs(name), "form": form, **context}, status=status)
