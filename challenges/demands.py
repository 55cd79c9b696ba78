"""What a challenge demands of work beside its rubric, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from challenges.models import Challenge


def wanted(challenge: Challenge) -> list[str]:
    """Return in words what this challenge asks of work, to be read before it is written."""
    said = []
    if challenge.min_words:
        said.append(
            ngettext("at least %(n)d word", "at least %(n)d words", challenge.min_words)
            % {"n": challenge.min_words}
        )
    if challenge.requires_link:
        said.append(_("a link"))
    if challenge.requires_attachment:
        said.append(_("an attached file"))
    return said
