"""What a learner may change of their own account."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.usernames import is_reserved
from learnquest.core.checked import check
from learnquest.core.errors import Invalid

EDITABLE = (
    "display_name",
    "username",
    "bio",
    "time_zone",
    "locale",
    "is_profile_public",
    "is_on_leaderboard",
    "sees_only_neighbours",
    "wants_review_mail",
    "wants_review_invitations",
    "wants_digest_mail",
    "wants_moderation_mail",
    "wants_ai",
)


@transaction.atomic
def update_profile(*, user: User, **fields: Any) -> User:
    """Change editable fields of one's own account.

    Raises Invalid, by field, for what breaks a rule; then nothing has changed.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    before = user.username
    for name, value in fields.items():
        if name not in EDITABLE:
            raise TypeError(f"{name} is not an editable field of an account")
        setattr(user, name, value)
    check(user, exclude={"password"})
    if user.username != before and is_reserved(user.username):
        message = _("This username is reserved. Choose another one.")
        raise Invalid(message, errors={"username": [message]})
    user.save(update_fields=list(fields))
    return user
