"""What a request looks like once the middleware has run, and where a mere look goes."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

if TYPE_CHECKING:
    from accounts.models import User


class LearnerRequest(HttpRequest):
    """A request of somebody signed in. Only a type: views behind the sign-in get one."""

    user: "User"
    htmx: HtmxDetails


def post_only[R: HttpRequest, **P](
    page: str | Callable[..., Any],
) -> Callable[
    [Callable[Concatenate[R, P], HttpResponse]], Callable[Concatenate[R, P], HttpResponse]
]:
    """Let a view take forms alone, and send who only looks to the page where the form stands.

    People come to such an address by a reload after a refusal, or through the sign-in. `page`
    names a view that takes the same arguments, or is a function of the request and these
    arguments that returns what `redirect` takes, or answers 404.
    """

    def decorate(
        view: Callable[Concatenate[R, P], HttpResponse],
    ) -> Callable[Concatenate[R, P], HttpResponse]:
        @wraps(view)
        def wrapped(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            if request.method not in {"GET", "HEAD"}:
                return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
            if callable(page):
                return redirect(page(request, *args, **kwargs))
            return redirect(page, *args, *kwargs.values())

        return wrapped

    return decorate


def redirect_to_part(to: Any, part: str) -> HttpResponseRedirect:
    """Go to the element with the id `part` on the page of `to`, so that nobody loses their place.

    `to` is whatever `redirect` takes.
    """
    return HttpResponseRedirect(f"{resolve_url(to)}#{part}")


def way_back(request: HttpRequest, *, default: str) -> str:
    """Return the path on this site that a form or a link names as `next`, or `default`.

    Anything else, such as another site, is `default`. `redirect` may be given it: with a slash
    in front it is never taken for the name of a view.
    """
    path = request.POST.get("next") or request.GET.get("next", "")
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_ours else default


THEME_COOKIE = "theme"
THEMES = ("light", "dark")


def theme_of(request: HttpRequest) -> str:
    """Return the theme that a person chose, or "" to follow their system."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else ""
