"""Staff come into the administration with a second factor, where the site asks for one."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts import second_factor
from accounts.models import User

type View = Callable[..., HttpResponseBase]


def may_administer(request: HttpRequest) -> bool:
    """Whether this person may open the administration's pages; what for, permissions say."""
    user = request.user
    return isinstance(user, User) and user.is_active and user.is_staff and not _lacks_factor(user)


def led_to_factor(login: View) -> View:
    """Let the administration's sign-in send staff without a second factor to where they add one."""

    @wraps(login)
    def view(request: HttpRequest, *args: Any, **options: Any) -> HttpResponseBase:
        user = request.user
        if isinstance(user, User) and user.is_staff and _lacks_factor(user):
            messages.warning(
                request, _("The administration asks for a second step. Add one here, then go back.")
            )
            return redirect("security")
        return login(request, *args, **options)

    return view


def _lacks_factor(user: User) -> bool:
    return settings.STAFF_SECOND_FACTOR and not second_factor.is_needed(user)
