"""Hears what Django and allauth say of sign-ins, and writes it into the audit log."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.internal.flows.login import get_authentication_records
from django.apps import apps
from django.contrib.auth import signals as auth_signals
from django.dispatch import Signal, receiver
from django.http import HttpRequest

from accounts import audit, notices
from accounts.models import User

Kind = audit.Kind


@receiver(auth_signals.user_logged_in)
def note_sign_in(request: HttpRequest, user: User, **kwargs: Any) -> None:
    method = "".join(record["method"] for record in get_authentication_records(request, user)[-1:])
    audit.record(
        kind=Kind.SIGNED_IN,
        user=user,
        request=request,
        details={"method": method} if method else None,
    )
    notices.signed_in(user=user, request=request)


@receiver(auth_signals.user_login_failed)
def note_failure(
    credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
) -> None:
    typed = credentials.get("email") or credentials.get("username")
    email = typed if isinstance(typed, str) else ""
    # The same look-up whether there is such a user or not, so that time tells nothing.
    user = User.objects.filter(email__iexact=email.strip()).first()
    audit.record(kind=Kind.SIGN_IN_FAILED, user=user, email=email, request=request)


@receiver(auth_signals.user_logged_out)
def note_sign_out(request: HttpRequest | None, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        audit.record(kind=Kind.SIGNED_OUT, user=user, request=request)


@receiver(account_signals.user_signed_up)
def note_sign_up(request: HttpRequest, user: User, **kwargs: Any) -> None:
    audit.record(kind=Kind.SIGNED_UP, user=user, request=request)


@receiver([account_signals.password_changed, account_signals.password_set])
def note_password_change(request: HttpRequest, user: User, **kwargs: Any) -> None:
    audit.record(kind=Kind.PASSWORD_CHANGED, user=user, request=request)


@receiver(account_signals.password_reset)
def note_password_reset(request: HttpRequest, user: User, **kwargs: Any) -> None:
    audit.record(kind=Kind.PASSWORD_RESET, user=user, request=request)


@receiver(account_signals.email_changed)
def note_email_change(request: HttpRequest, user: User, **kwargs: Any) -> None:
    audit.record(kind=Kind.EMAIL_CHANGED, user=user, request=request)


@receiver(account_signals.email_confirmed)
def note_confirmation(request: HttpRequest, email_address: Any, **kwargs: Any) -> None:
    audit.record(kind=Kind.EMAIL_CONFIRMED, user=email_address.user, request=request)


def hear_of_factors() -> None:
    """Listen to second factors too, where the site has them."""
    if not apps.is_installed("allauth.mfa"):
        return
    from allauth.mfa import signals

    kinds: dict[Signal, audit.Kind] = {
        signals.authenticator_added: Kind.FACTOR_ADDED,
        signals.authenticator_removed: Kind.FACTOR_REMOVED,
        signals.authenticator_reset: Kind.FACTOR_RESET,
        signals.authentication_failed: Kind.FACTOR_FAILED,
    }

    def note(signal: Signal, request: HttpRequest, user: User, **kwargs: Any) -> None:
        # Only what kind of factor it is: what it holds stays where it is.
        factor = getattr(kwargs.get("authenticator"), "type", "")
        audit.record(
            kind=kinds[signal],
            user=user,
            request=request,
            details={"factor": str(factor)} if factor else None,
        )

    for signal, kind in kinds.items():
        signal.connect(note, weak=False, dispatch_uid=f"audit:{kind}")
