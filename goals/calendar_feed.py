"""The private address of a learner's calendar: signed, so that the database alone opens none."""

from uuid import UUID, uuid4

from django.core import signing
from django.db import transaction

from accounts.models import User
from goals.models import CalendarFeed

_signer = signing.Signer(salt="calendar-feed", sep=".")


def token_of(feed: CalendarFeed) -> str:
    """Return what stands in the address of `feed`."""
    return _signer.sign(feed.key.hex)


def feed_of(user: User) -> CalendarFeed | None:
    """Return the learner's feed, if they have one."""
    return CalendarFeed.objects.filter(user=user).first()


def find(token: str) -> CalendarFeed | None:
    """Return the feed of a token, unless it is none of ours, was replaced, or its owner left."""
    try:
        key = UUID(hex=_signer.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    feed = CalendarFeed.objects.select_related("user").filter(key=key).first()
    return feed if feed is not None and feed.user.is_present else None


@transaction.atomic
def renew(*, by: User) -> CalendarFeed:
    """Give the learner a calendar address; the one before is good no longer."""
    feed, _made = CalendarFeed.objects.update_or_create(user=by, defaults={"key": uuid4()})
    return feed


@transaction.atomic
def close(*, by: User) -> None:
    """End the learner's calendar address."""
    CalendarFeed.objects.filter(user=by).delete()
