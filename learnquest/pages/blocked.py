"""Whom one has nothing to do with: the list in the settings, and the button on a person's page."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import blocks
from accounts.models import Block
from learnquest.core.http import LearnerRequest, post_only
from learnquest.pages import people
from learnquest.pages.your_settings import tabs

PAGE_SIZE = 30


@require_safe
def blocked(request: LearnerRequest) -> HttpResponse:
    mine = Block.objects.visible_to(request.user).standing().select_related("blocked")
    mine = mine.order_by("-created_at")
    page = Paginator(mine, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "pages/settings_blocked.html",
        {
            "tabs": tabs("pages:blocked"),
            "page": page,
            "most_in_reviews": blocks.MOST_IN_REVIEWS,
        },
    )


@post_only("pages:profile")
def block(request: LearnerRequest, username: str) -> HttpResponse:
    person = people.find(username=username, viewer=request.user)
    blocks.block(person=person, by=request.user)
    messages.success(
        request,
        _(
            "You and %(name)s see nothing of each other any more. They are not told. What waits "
            "for a review already may still come to you, unnamed."
        )
        % {"name": person.name},
    )
    return redirect("pages:blocked")


def _list(request: LearnerRequest, pk: int) -> str:
    return "pages:blocked"


@post_only(_list)
def unblock(request: LearnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Block.objects.visible_to(request.user).standing(), pk=pk)
    blocks.unblock(block=found, by=request.user)
    messages.success(request, _("Taken off the list."))
    return redirect("pages:blocked")
