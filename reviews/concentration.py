"""Authors whose reviews come from one or two people, although many review in their fields.

The other side of a ring: somebody who blocks everybody else, or whose helpers never need a review
in return, is in no ring, since nobody is reviewed both ways. By chance each review of an author
falls on a reviewer in proportion to what that reviewer gave to others in the author's fields, with
one more for each, so that who gave none has a chance as well. The chance that the two who gave most
gave so many is then a tail of the binomial distribution. Any author and any two reviewers could
have stood out, so it must be below 1 % after Bonferroni's correction for all of them. "Review next"
gives the same pair to each other last, which makes honest repeats rarer still.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import User

# Fewer reviews, or fewer others who could have given them, are no pattern.
LEAST_REVIEWS, LEAST_OTHERS = 6, 6
# The one or two who reviewed an author most gave at least so much of it.
LEAST_SHARE = 0.6
MOST_SHOWN = 20

# Author, reviewer and field of a review.
type Given = tuple[int, int, str]


@dataclass(frozen=True)
class FewReviewers:
    username: str
    # The one or two who gave most of them.
    reviewers: tuple[str, ...]
    reviews: int
    share: float
    # How many people the author blocks.
    blocks: int


def found_in(reviews: Iterable[Given], *, chance: float) -> list[FewReviewers]:
    """Return the authors that stand out, the least likely first; one query if there are any."""
    of_author: dict[int, Counter[int]] = defaultdict(Counter)
    fields: dict[int, set[str]] = defaultdict(set)
    in_field: dict[str, Counter[int]] = defaultdict(Counter)
    own: Counter[Given] = Counter()
    for author, reviewer, field in reviews:
        of_author[author][reviewer] += 1
        fields[author].add(field)
        in_field[field][reviewer] += 1
        own[author, reviewer, field] += 1
    found = []
    for author, counts in of_author.items():
        top, total = counts.most_common(2), counts.total()
        times = sum(n for _person, n in top)
        if total < LEAST_REVIEWS or times < LEAST_SHARE * total:
            continue
        elsewhere: Counter[int] = Counter()
        for field in fields[author]:
            for person, n in in_field[field].items():
                elsewhere[person] += n - own[author, person, field]
        elsewhere.pop(author, None)
        people = len(elsewhere)
        if people - len(top) < LEAST_OTHERS:
            continue
        likely = sum(elsewhere[who] + 1 for who, _n in top) / (elsewhere.total() + people)
        pairs = len(of_author) * math.comb(people, 2)
        tail = _at_least(times, total, likely)
        if tail * pairs < chance:
            found.append((tail, author, [who for who, _n in top], total, times / total))
    found.sort()
    return _named([row[1:] for row in found[:MOST_SHOWN]])


def _at_least(times: int, of: int, likely: float) -> float:
    """Return the chance of so many or more successes among `of`."""
    return sum(
        math.comb(of, k) * likely**k * (1 - likely) ** (of - k) for k in range(times, of + 1)
    )


def _named(rows: list[tuple[int, list[int], int, float]]) -> list[FewReviewers]:
    if not rows:
        return []
    ids = {person for author, reviewers, *_rest in rows for person in (author, *reviewers)}
    people = User.objects.filter(pk__in=ids).annotate(
        standing_blocks=Count("blocks", filter=Q(blocks__ended_at=None))
    )
    known = {
        pk: (name, n) for pk, name, n in people.values_list("pk", "username", "standing_blocks")
    }
    return [
        FewReviewers(
            known[author][0],
            tuple(known[who][0] if who in known else "–" for who in reviewers),
            reviews,
            share,
            known[author][1],
        )
        for author, reviewers, reviews, share in rows
        if author in known
    ]
