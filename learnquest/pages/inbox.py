"""What happened while one was away."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import inbox
from accounts.models import Notification
from learnquest.core.http import LearnerRequest, post_only

PAGE_SIZE = 30


@require_safe
def notifications(request: LearnerRequest) -> HttpResponse:
    lines = Notification.objects.visible_to(request.user).order_by("-created_at", "-pk")
    page = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "pages/notifications.html", {"page": page})


@post_only("pages:notifications")
def read_all(request: LearnerRequest) -> HttpResponse:
    inbox.mark_all_read(by=request.user)
    messages.success(request, _("All read."))
    return redirect("pages:notifications")


@require_safe
def open_one(request: LearnerRequest, pk: int) -> HttpResponse:
    """Go to what a line is about; having been opened, it counts as read."""
    line = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
    inbox.mark_read(notification=line, by=request.user)
    if not url_has_allowed_host_and_scheme(line.target, allowed_hosts=None):
        return redirect("pages:notifications")
    return redirect(line.target)
