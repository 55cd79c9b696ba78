"""Accounts that may be one person's, for moderators to look at: once a night, within bounds.

A browser that signs in to two accounts carries one mark; an address alone says little, since
families and schools share theirs, so it counts only where the two review each other. Marks and
addresses that many use are left out altogether.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import combinations

from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, KnownDevice, User
from leaderboard import fair_play
from leaderboard.fair_play_models import Pattern
from leaderboard.models import Suspicion
from learnquest.core.errors import Conflict, Forbidden

# What was used since the last look, with some to spare.
LATELY = timedelta(days=2)
LOOK_BACK = timedelta(days=90)
MOST_ON_DEVICE = 5
MOST_AT_ADDRESS = 10
# How many marks, and how many addresses, one look goes through: those used last.
MOST_GROUPS = 1000
CAME_IN = (AuditEvent.Kind.SIGNED_UP, AuditEvent.Kind.SIGNED_IN, AuditEvent.Kind.API_SIGNED_IN)

type Pair = tuple[int, int]


def look(*, now: datetime | None = None) -> int:
    """Flag pairs of accounts that share a device or an address; returns how many are new.

    Six queries, however many accounts there are; a pair is flagged once for each pattern.
    """
    now = now or timezone.now()
    on_device = _pairs(_on_devices(now), most=MOST_ON_DEVICE)
    at_address = _pairs(_at_addresses(now), most=MOST_AT_ADDRESS)
    reviews = _reviews_between(on_device | at_address, now)
    found = [
        Suspicion(first_id=first, second_id=second, pattern=pattern, reviews=count, noticed_at=now)
        for (first, second), pattern, count in _judge(on_device, at_address, reviews)
    ]
    known = set(Suspicion.objects.values_list("first", "second", "pattern"))
    new = [one for one in found if (one.first_id, one.second_id, one.pattern) not in known]
    Suspicion.objects.bulk_create(new, ignore_conflicts=True, batch_size=500)
    return len(new)


def _judge(
    on_device: set[Pair], at_address: set[Pair], reviews: Mapping[Pair, int]
) -> Iterable[tuple[Pair, Pattern, int]]:
    for pair in sorted(on_device):
        count = reviews.get(pair, 0)
        yield pair, Pattern.SELF_REVIEW if count else Pattern.SAME_DEVICE, count
    for pair in sorted(at_address - on_device):
        if count := reviews.get(pair, 0):
            yield pair, Pattern.SAME_ADDRESS, count


def _on_devices(now: datetime) -> QuerySet[KnownDevice, tuple[str, int]]:
    # An app has no mark of its own, so all that use it look like one device: many people.
    marks = (
        KnownDevice.objects.filter(last_seen__gte=now - LATELY)
        .values("mark_hash")
        .annotate(last=Max("last_seen"))
        .order_by("-last")
        .values("mark_hash")[:MOST_GROUPS]
    )
    return KnownDevice.objects.filter(
        mark_hash__in=list(marks.values_list("mark_hash", flat=True)),
        last_seen__gte=now - LOOK_BACK,
    ).values_list("mark_hash", "user")


def _at_addresses(now: datetime) -> QuerySet[AuditEvent, tuple[str | None, int]]:
    addresses = (
        AuditEvent.objects.filter(
            kind__in=CAME_IN,
            occurred_at__gte=now - LATELY,
            address__isnull=False,
            user__isnull=False,
        )
        .values("address")
        .annotate(people=Count("user", distinct=True))
        .filter(people__lte=MOST_AT_ADDRESS)
        .order_by("-people")
        .values_list("address", flat=True)[:MOST_GROUPS]
    )
    return (
        AuditEvent.objects.filter(
            kind__in=CAME_IN,
            occurred_at__gte=now - LOOK_BACK,
            address__in=list(addresses),
            user__isnull=False,
        )
        .order_by()
        .values_list("address", "user")
        .distinct()
    )


def _pairs(marks: Iterable[tuple[str | None, int]], *, most: int) -> set[Pair]:
    people: dict[str | None, set[int]] = defaultdict(set)
    for mark, user_id in marks:
        people[mark].add(user_id)
    return {
        pair for who in people.values() if len(who) <= most for pair in combinations(sorted(who), 2)
    }


def _reviews_between(pairs: set[Pair], now: datetime) -> dict[Pair, int]:
    """Return how often the two of each pair reviewed one another."""
    people = {user_id for pair in pairs for user_id in pair}
    counts: dict[Pair, int] = defaultdict(int)
    for (reviewer, author), times in fair_play.edges_of(people, now - LOOK_BACK).items():
        pair = (min(reviewer, author), max(reviewer, author))
        if pair in pairs:
            counts[pair] += times
    return counts


@transaction.atomic
def decide(
    *, suspicion: Suspicion, is_one_person: bool, by: User, now: datetime | None = None
) -> Suspicion:
    """Keep what a moderator found out about two accounts.

    Raises Forbidden for anybody but a moderator whom it is not about, and Conflict when it was
    decided before.
    """
    if not by.is_moderator or by.pk in {suspicion.first_id, suspicion.second_id}:
        raise Forbidden("Moderators decide on this, about others.")
    suspicion = Suspicion.objects.select_for_update(of=("self",)).get(pk=suspicion.pk)
    if suspicion.state != Suspicion.State.OPEN:
        raise Conflict("Somebody has decided on this already.")
    state = Suspicion.State
    suspicion.state = state.CONFIRMED if is_one_person else state.DISMISSED
    suspicion.decided_by, suspicion.decided_at = by, now or timezone.now()
    suspicion.save(update_fields=["state", "decided_by", "decided_at"])
    for user in (suspicion.first, suspicion.second):
        audit.record(
            kind=audit.Kind.MODERATED,
            user=user,
            actor=by,
            details={"target": f"suspicion {suspicion.pk}", "decision": suspicion.state},
            now=now,
        )
    return suspicion
