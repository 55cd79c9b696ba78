"""The second factor of API clients, by the same codes as in the browser."""

from allauth.mfa.models import Authenticator

from accounts.models import User

# What fits into a request. A passkey answers a challenge in the browser that holds it.
CODES = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


def is_needed(user: User) -> bool:
    """Whether the password alone does not sign `user` in."""
    return bool(Authenticator.objects.filter(user=user).exists())


def takes_codes(user: User) -> bool:
    """Whether `user` has an authenticator app, or recovery codes left."""
    return any(
        kind == Authenticator.Type.TOTP or authenticator.wrap().get_unused_codes()
        for kind, authenticator in _by_kind(user).items()
    )


def accepts(*, user: User, code: str) -> bool:
    """Whether `code` is good now, from the app or from the recovery codes; then it is used up."""
    found = _by_kind(user)
    for kind in CODES:
        authenticator = found.get(kind)
        if authenticator is not None and authenticator.wrap().validate_code(code):
            Authenticator.objects.get(pk=authenticator.pk).record_usage()
            return True
    return False


def _by_kind(user: User) -> dict[str, Authenticator]:
    rows = Authenticator.objects.filter(user=user, type__in=CODES)
    return {authenticator.type: authenticator for authenticator in rows}
