"""How people come in: what allauth asks of us, and the door for API clients."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from accounts import allauth_mail, audit
from accounts.models import User
from learnquest.core.checked import check
from learnquest.core.errors import Invalid


def display_name(user: User) -> str:
    """Return what allauth's own messages call a person."""
    return user.name


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue allauth's mails like ours, with our words for them."""
        allauth_mail.send(self, template_prefix, email, context)

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Give a new learner a free username made from what they want to be called."""
        if not user.username:
            wish = user.display_name.replace(" ", "-") or user.email.split("@")[0]
            user.username = User.objects.free_username(wish)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.display_name = form.cleaned_data.get("display_name", "")
        user.time_zone = form.cleaned_data.get("time_zone") or "UTC"
        saved: User = super().save_user(request, user, form, commit)
        return saved


@transaction.atomic
def sign_up(
    *,
    request: HttpRequest,
    email: str,
    password: str,
    display_name: str = "",
    time_zone: str = "UTC",
) -> User:
    """Make an account, and mail a link to its address where the site verifies addresses.

    Raises Invalid, by field, for an address in use, a weak password or an unknown time zone.
    """
    user = User(
        email=User.objects.normalize_email(email.strip()),
        display_name=display_name.strip(),
        time_zone=time_zone,
    )
    wish = user.display_name.replace(" ", "-") or user.email.split("@")[0]
    user.username = User.objects.free_username(wish)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), errors={"password": error.messages}) from error
    if User.objects.filter(email__iexact=user.email).exists():
        message = "This e-mail address is in use. Sign in instead."
        raise Invalid(message, errors={"email": [message]})
    user.set_password(password)
    check(user)
    user.save()
    audit.record(kind=audit.Kind.SIGNED_UP, user=user, request=request)
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True)
    if must_verify():
        _send_confirmation(address, request)
    return user


def _send_confirmation(address: EmailAddress, request: HttpRequest) -> None:
    # allauth counts its mails by the request, which it looks for here.
    with request_context(request):
        address.send_confirmation(request, signup=True)


def must_verify() -> bool:
    """Whether nobody may sign in before they followed the link in a mail."""
    return bool(settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory")


def may_sign_in(user: User) -> bool:
    """Whether the user's address is as verified as this site wants it."""
    return (
        not must_verify()
        or EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()
    )
