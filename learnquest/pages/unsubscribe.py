"""One click, signed in or not, and a kind of mail comes no more (RFC 8058)."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts import notices

NAMES = {
    "review": _("Mails about reviews of your work"),
    "invitations": _("Invitations to review"),
    "digest": _("Weekly digests"),
    "moderation": _("Mails about what moderators decide"),
}


# A mail program posts without a cookie; what it may do stands in the signed link alone.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask on GET, since programs follow links to look at them; do it on POST."""
    found = notices.read_unsubscribe(token)
    if found is None:
        raise Http404
    user, choice = found
    if request.method == "POST":
        notices.unsubscribe(user=user, choice=choice)
    context = {"name": NAMES[choice], "is_done": request.method == "POST"}
    return render(request, "pages/unsubscribe.html", context)
