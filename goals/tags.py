"""Free tags: how they are kept, and which ones to suggest."""

from collections import Counter
from collections.abc import Iterable

from django.core.cache import cache
from django.utils.translation import gettext as _

from accounts.models import User
from goals.models import Goal
from learnquest.core.errors import Invalid
from learnquest.core.text import one_line

MOST_TAGS = 8
LONGEST_TAG = 24
# The popular ones are counted over this many of the newest public goals, now and then.
LOOKED_AT = 500
COUNTED_FOR_SECONDS = 600
MOST_SUGGESTED = 30


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Return tags in lower case, once each, in order; those that show nothing are left out.

    Raises Invalid for more than eight tags or one of more than 24 characters.
    """
    kept = (one_line(tag).lower().lstrip("#").strip() for tag in tags)
    cleaned = list(dict.fromkeys(tag for tag in kept if tag))
    if len(cleaned) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in cleaned):
        message = _("Give at most 8 tags of up to 24 characters each.")
        raise Invalid(message, errors={"tags": [message]})
    return cleaned


def mine(user: User) -> list[str]:
    """Return the learner's own tags, the most used first."""
    counted: Counter[str] = Counter()
    for tags in Goal.objects.owned_by(user).values_list("tags", flat=True)[:LOOKED_AT]:
        counted.update(tags)
    return [tag for tag, _n in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]


def popular() -> list[str]:
    """Return the tags that public goals use most, counted every ten minutes."""
    kept: list[str] | None = cache.get("popular-tags")
    if kept is None:
        counted: Counter[str] = Counter()
        open_ones = Goal.objects.filter(visibility=Goal.Visibility.PUBLIC).exclude(
            status=Goal.Status.DRAFT
        )
        for tags in open_ones.order_by("-pk").values_list("tags", flat=True)[:LOOKED_AT]:
            counted.update(tags)
        kept = [tag for tag, _n in counted.most_common(MOST_SUGGESTED)]
        cache.set("popular-tags", kept, COUNTED_FOR_SECONDS)
    return kept


def suggested(user: User, begin: str = "") -> list[str]:
    """Return tags to choose from, one's own first, that begin with `begin`."""
    begin = begin.strip().lower().lstrip("#")
    every = dict.fromkeys([*mine(user), *popular()])
    return [tag for tag in every if tag.startswith(begin)][:MOST_SUGGESTED]
