"""The rules for passwords that Django does not bring: not too long, and not our own words."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User

MAX_LENGTH = 128
# Words that somebody would try first, here. A password may hold them, among enough else.
OWN_WORDS = ("learnquest", "learn", "quest", "password")
LEAST_ELSE = 4


class MaximumLengthValidator:
    """Refuse passwords of more than 128 characters, which would only keep the server busy."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) > MAX_LENGTH:
            raise ValidationError(
                _("This password is too long: 128 characters at most."), code="password_too_long"
            )

    def get_help_text(self) -> str:
        return _("Your password can have up to 128 characters.")


class OwnWordsValidator:
    """Refuse a password that is little more than the site's name or the person's own."""

    def validate(self, password: str, user: User | None = None) -> None:
        rest = password.casefold()
        theirs = (user.username, user.display_name, user.email.split("@")[0]) if user else ()
        words = {word.casefold() for word in (*OWN_WORDS, *theirs) if len(word) > 2}
        for word in sorted(words, key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest) < LEAST_ELSE and rest != password.casefold():
            raise ValidationError(
                _("This password is little more than a name that is easy to guess."),
                code="password_own_words",
            )

    def get_help_text(self) -> str:
        return _("Your password cannot be little more than your name or ours.")
