"""How people come in: what allauth asks of us, and the door for API clients."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import allauth_mail, audit, speech, suspension
from accounts.models import User
from learnquest.core.checked import check
from learnquest.core.errors import Invalid
from learnquest.core.limits import client_ip


def display_name(user: User) -> str:
    """Return what allauth's own messages call a person."""
    return user.name


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue allauth's mails like ours, with our words for them."""
        if template_prefix.endswith("password_reset_key"):
            # allauth looks a second time for an address without an account: time must not tell.
            list(User.objects.filter(email__iexact=email))
        allauth_mail.send(self, template_prefix, email, context)

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Give a new learner a free username made from what they want to be called."""
        if not user.username:
            wish = user.display_name.replace(" ", "-") or user.email.split("@")[0]
            user.username = User.objects.free_username(wish)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        user.display_name = form.cleaned_data.get("display_name") or user.display_name
        user.time_zone = form.cleaned_data.get("time_zone") or "UTC"
        user.locale = speech.detected_language()
        saved: User = super().save_user(request, user, form, commit)
        return saved

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Leave an address with whoever signs in by it, confirmed before allauth knew it or not."""
        others = User.objects.filter(email__iexact=email_address.email)
        if others.exclude(pk=email_address.user_id).exists():
            failed = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, failed, {"email": email_address.email})
            return False
        return bool(super().confirm_email(request, email_address))

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Let in whose suspension is over, even before the job that lifts it."""
        suspension.is_over(user)
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Say to somebody suspended, who has shown who they are, until when and why."""
        if user.is_suspended:
            with speech.speaking_to(user):
                return render(request, "account/suspended.html", {"person": user}, status=403)
        response: HttpResponse = super().respond_user_inactive(request, user)
        return response

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that our own limits count by."""
        return client_ip(request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a second step confirms with it: the password alone is not enough."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        stronger = [method for method in methods if method["id"] != "reauthenticate"]
        return stronger or methods

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("security")


def sign_up(
    *,
    request: HttpRequest,
    email: str,
    password: str,
    display_name: str = "",
    time_zone: str = "UTC",
) -> User | None:
    """Make an account, and mail a link to its address where the site verifies addresses.

    There an address in use is told so by mail, and the answer is None, in no less time: nobody
    learns here who has an account. Raises Invalid, by field, for a weak password, an unknown time
    zone, a name that nobody can see, or where no mail is sent for an address in use.
    """
    user = User(
        email=User.objects.normalize_email(email.strip()),
        display_name=display_name,
        time_zone=time_zone,
        locale=speech.detected_language(),
    )
    wish = user.display_name.replace(" ", "-") or user.email.split("@")[0]
    user.username = User.objects.free_username(wish)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), errors={"password": error.messages}) from error
    user.set_password(password)
    check(user, constraints=False)
    is_free = not User.objects.filter(email__iexact=user.email).exists()
    if is_free and _create(user, request):
        return user
    if must_verify():
        _tell_owner(user.email, request)
        return None
    message = _("This e-mail address is in use. Sign in instead.")
    raise Invalid(message, errors={"email": [message]})


def _create(user: User, request: HttpRequest) -> bool:
    """Store a new account; returns False where somebody was faster with the same address."""
    try:
        with transaction.atomic():
            user.save()
            address = EmailAddress.objects.create(user=user, email=user.email, primary=True)
            audit.record(kind=audit.Kind.SIGNED_UP, user=user, request=request)
            if must_verify():
                _send_confirmation(address, request)
    except IntegrityError:
        return False
    return True


def _tell_owner(email: str, request: HttpRequest) -> None:
    with request_context(request):
        get_adapter().send_account_already_exists_mail(email)


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
