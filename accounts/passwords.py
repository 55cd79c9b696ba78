"""The rule for passwords that Django does not bring: no longer than hashing should bear."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

MAX_LENGTH = 128


class MaximumLengthValidator:
    """Refuse passwords of more than 128 characters, which would only keep the server busy."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > MAX_LENGTH:
            raise ValidationError(
                _("This password is too long: 128 characters at most."), code="password_too_long"
            )

    def get_help_text(self) -> str:
        return _("Your password can have up to 128 characters.")
