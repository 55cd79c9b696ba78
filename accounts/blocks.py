"""Who wants nothing to do with whom. A block works both ways, and nobody is told of it."""

from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Block, User
from learnquest.core.errors import Conflict, Invalid

MOST_BLOCKS = 500
# So many, the oldest, keep people apart in reviews; those beyond end talk and hide pages alone.
MOST_IN_REVIEWS = 25


@transaction.atomic
def block(*, person: User, by: User) -> Block:
    """Keep two people apart: neither sees the other's page or quests, nor reviews their work.

    Whom an author blocks is kept away from their work at once. Whom a reviewer blocks is kept away
    with what they hand in from now on: were works that wait already to vanish from the reviewer's
    queue, a block would tell whose they are. In reviews the oldest 25 count, so that nobody chooses
    their reviewers by blocking all others. Blocking somebody twice is one block. Raises Invalid
    for oneself, and Conflict after 500.
    """
    if person.pk == by.pk:
        raise Invalid(_("You cannot block yourself."))
    by.__dict__.pop("apart_ids", None)
    mine = Block.objects.visible_to(by).standing()
    existing = mine.filter(blocked=person).first()
    if existing is not None:
        return existing
    if mine.count() >= MOST_BLOCKS:
        raise Conflict(_("You block 500 people. Take somebody off the list first."))
    try:
        with transaction.atomic():
            return Block.objects.create(blocker=by, blocked=person)
    except IntegrityError:
        return mine.get(blocked=person)  # a second click was faster


@transaction.atomic
def unblock(*, block: Block, by: User) -> None:
    """Take a block back. One that the other person has made stays.

    When it ended is kept, for what was handed in while it stood; `reviews.eligibility` reads it.
    """
    by.__dict__.pop("apart_ids", None)
    mine = Block.objects.visible_to(by).standing().filter(pk=block.pk)
    mine.update(ended_at=timezone.now())


def kept_apart_in_reviews(user: User) -> "QuerySet[Block, int]":
    """Return the ids of whom a block keeps apart from `user` in reviews, whichever way it goes.

    Two halves with an index each, to put into another query; one condition with "or" would go over
    all people there are.
    """
    standing = Block.objects.standing()
    older = standing.filter(blocker=OuterRef("blocker"), pk__lt=OuterRef("pk")).order_by()
    count = older.values("blocker").annotate(n=Count("pk")).values("n")
    counted = standing.annotate(older=Coalesce(Subquery(count), 0)).filter(
        older__lt=MOST_IN_REVIEWS
    )
    theirs = counted.filter(blocked=user).values_list("blocker", flat=True)
    return counted.filter(blocker=user).values_list("blocked", flat=True).union(theirs)
