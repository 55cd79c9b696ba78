"""The fairness report: its numbers by hand, rings that are there, and none where there are none."""

import csv
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import blocks
from accounts.models import User
from reviews import fairness
from reviews.models import PeerReview, TrainingWork
from submissions.models import Submission
from tests.factories import make_challenge, make_goal, make_user

NOW = timezone.now()


def people(count: int) -> list[User]:
    return User.objects.bulk_create(
        User(username=f"p{n}", email=f"p{n}@example.com", password="!") for n in range(count)
    )


class World:
    """Works and reviews put straight into the tables, since only their numbers matter."""

    def __init__(self, categories: tuple[str, ...] = ("languages",)) -> None:
        owner = make_user(username="owner")
        self.challenges = [make_challenge(make_goal(owner, category=one)) for one in categories]
        self.attempt = 0

    def work(
        self, author: User, reviews: list[tuple[User, float, float]], field: int = 0
    ) -> Submission:
        """`reviews` are reviewer, score, and after how many hours it came."""
        self.attempt += 1
        begun = NOW - timedelta(days=10)
        work = Submission.objects.create(
            challenge=self.challenges[field],
            author=author,
            attempt=self.attempt,
            status="accepted",
            submitted_at=begun,
            settled_at=NOW,
            score=70,
        )
        PeerReview.objects.bulk_create(
            PeerReview(
                submission=work, reviewer=reviewer, author=author, status="submitted",
                score=score, submitted_at=begun + timedelta(hours=hours), lease_until=NOW,
            )
            for reviewer, score, hours in reviews
        )  # fmt: skip
        return work


@pytest.fixture
def world(db: None) -> World:
    return World()


def test_an_empty_site_has_an_empty_report(db: None) -> None:
    found = fairness.report(now=NOW)
    assert found.waits.works == found.load.reviews == found.agreement.grades == 0
    assert found.fields == found.rings == []


def test_waits_are_until_the_second_review(world: World) -> None:
    a, b, c, d = people(4)
    world.work(a, [(b, 70, 5), (c, 70, 20), (d, 70, 90)])
    world.work(b, [(c, 70, 1), (d, 70, 40)])
    world.work(c, [(d, 70, 3)])
    waits = fairness.report(now=NOW).waits
    assert (waits.works, waits.median, waits.longest) == (2, 30, 40)
    assert waits.p90 == pytest.approx(38)


def test_what_waits_now_is_counted(world: World) -> None:
    [author] = people(1)
    work = world.work(author, [])
    Submission.objects.filter(pk=work.pk).update(status="submitted", settled_at=None)
    waits = fairness.report(now=NOW).waits
    assert (waits.waiting, waits.longest_waiting) == (1, pytest.approx(240))


def test_the_load_by_hand(world: World) -> None:
    a, b, c = people(3)
    for _turn in range(8):
        world.work(a, [(b, 70, 1)])
    world.work(a, [(c, 70, 1)])
    world.work(b, [(a, 70, 1)])
    load = fairness.report(now=NOW).load
    # 1, 1, 8: Gini = (−2·1 + 0·1 + 2·8) / (3·10).
    assert (load.reviewers, load.reviews, load.most) == (3, 10, 8)
    assert load.gini == pytest.approx(14 / 30) and load.busiest_tenth == 0.8


def test_agreement_leaves_ones_own_grade_out(world: World) -> None:
    a, b, c, d = people(4)
    world.work(a, [(b, 60, 1), (c, 70, 2), (d, 80, 3)])
    # 60 against 75, 70 against 70, 80 against 65.
    agreement = fairness.report(now=NOW).agreement
    assert agreement.grades == 3 and agreement.mean_gap == pytest.approx(10)
    assert agreement.within == pytest.approx(1 / 3)


def test_a_field_in_which_the_same_people_are_harder_stands_out(db: None) -> None:
    world = World(("languages", "music"))
    *reviewers, author = people(9)
    rng = Random(4)
    for reviewer in reviewers:
        for field, mean in ((0, 80), (1, 60)):
            for _turn in range(3):
                world.work(author, [(reviewer, mean + rng.uniform(-4, 4), 1)], field)
    languages, music = fairness.report(now=NOW).fields
    assert languages.category == "languages" and music.category == "music"
    assert music.shift == pytest.approx(-20, abs=3) and music.stands_out
    assert music.reviews == 24


def community(world: World, members: list[User], rng: Random, works: int = 3) -> None:
    """Everybody's works, each reviewed by three others at random."""
    for author in members:
        for _turn in range(works):
            others = rng.sample([one for one in members if one != author], 3)
            world.work(author, [(one, rng.gauss(70, 8), 5) for one in others])


def test_honest_people_are_no_ring(world: World) -> None:
    community(world, people(40), Random(1))
    assert fairness.report(now=NOW).rings == []


def test_a_ring_of_three_is_found_with_its_favour(world: World) -> None:
    members = people(40)
    community(world, members, Random(2))
    ring = members[:3]
    honest = members[10:]
    for author in ring:
        for turn in range(8):
            friends = [one for one in ring if one != author]
            world.work(author, [*((one, 98, 1) for one in friends), (honest[turn], 62, 9)])
    [found] = fairness.report(now=NOW).rings
    assert found.members == tuple(sorted(one.username for one in ring))
    assert found.chance < 1e-6 and found.reviews >= 48
    # 98 against the mean of 98 and 62.
    assert found.favour == pytest.approx(18, abs=3)


def reviewed_by_two(world: World, members: list[User], works: int) -> tuple[User, list[User]]:
    """Somebody whose works go to two who review nobody else, in a community that reviews."""
    author, helpers = make_user(username="chooser"), [make_user(), make_user()]
    community(world, members, Random(5), works=4)
    for _turn in range(works):
        world.work(author, [(person, 100, 1) for person in helpers])
    return author, helpers


def test_authors_whom_few_review_stand_out_with_their_blocks(world: World) -> None:
    members = people(12)
    author, helpers = reviewed_by_two(world, members, works=6)
    for person in members:
        blocks.block(person=person, by=author)
    found = fairness.report(now=NOW)
    [one] = found.few_reviewers
    assert found.rings == [] and one.username == "chooser" and one.share == 1
    assert set(one.reviewers) == {person.username for person in helpers}
    assert (one.reviews, one.blocks) == (12, 12)
    assert ("few reviewers chooser", "blocks", "12") in list(fairness.rows_of(found))


def test_a_few_works_are_no_pattern(world: World) -> None:
    reviewed_by_two(world, people(12), works=2)
    assert fairness.report(now=NOW).few_reviewers == []


def test_nor_is_a_small_class(world: World) -> None:
    reviewed_by_two(world, people(4), works=6)
    assert fairness.report(now=NOW).few_reviewers == []


def test_an_honest_community_has_nobody_whom_few_review(world: World) -> None:
    members = people(10)
    for seed in range(5):
        community(world, members, Random(seed), works=6)
        assert fairness.report(now=NOW).few_reviewers == []


def test_moderators_read_of_it_at_both_doors(client: Client, mona: User, world: World) -> None:
    reviewed_by_two(world, people(12), works=6)
    client.force_login(mona)
    page = client.get("/moderation/fairness/?days=28").content.decode()
    assert "@chooser" in page and "100 % of 12 reviews" in page and "blocks 0 people" in page
    [one] = client.get("/api/moderation/fairness?days=28").json()["few_reviewers"]
    assert one["username"] == "chooser" and one["reviews"] == 12 and one["blocks"] == 0


def test_what_is_hidden_or_old_does_not_count(world: World) -> None:
    a, b = people(2)
    world.work(a, [(b, 70, 1)])
    assert fairness.report(now=NOW, window=timedelta(days=1)).load.reviews == 0
    PeerReview.objects.update(hidden_at=NOW)
    assert fairness.report(now=NOW).load.reviews == 0


def test_the_tail_of_poisson_by_hand() -> None:
    # 1 − e^−1 (1 + 1), and a chance far too small for 1 minus the rest.
    assert fairness._tail(2, 1.0) == pytest.approx(0.26424111765)
    assert fairness._tail(30, 0.5) == pytest.approx(2.2e-42, rel=0.05)


def test_it_takes_the_same_queries_at_any_size(
    world: World, django_assert_num_queries: Any
) -> None:
    members = people(12)
    for _turn in range(2):
        community(world, members, Random(3), works=2)
        with django_assert_num_queries(3):
            fairness.report(now=NOW)


def test_the_page_and_the_table(client: Client, mona: User, world: World) -> None:
    a, b, c = people(3)
    world.work(a, [(b, 60, 1), (c, 80, 2)])
    client.force_login(mona)
    page = client.get("/moderation/fairness/?days=28").content.decode()
    assert "None found." in page and "Languages" in page
    table = client.get("/moderation/fairness.csv")
    rows = list(csv.reader(table.content.decode().splitlines()))
    assert rows[0] == ["part", "measure", "value"] and ["load", "reviews", "2"] in rows
    found = client.get("/api/moderation/fairness?days=90").json()
    assert found["waits"]["median"] == 2 and found["rings"] == []
    assert client.get("/api/moderation/fairness?days=0").status_code == 422


def test_known_works_and_second_opinions_count_for_nothing(world: World) -> None:
    a, b, c, d = people(4)
    known = world.work(a, [(b, 70, 1440), (c, 20, 1440)])
    TrainingWork.objects.create(key="known", submission=known, category="languages")
    appealed = world.work(a, [(b, 70, 5), (c, 70, 20), (d, 10, 500)])
    PeerReview.objects.filter(submission=appealed, reviewer=d).update(is_for_appeal=True)
    found = fairness.report(now=NOW)
    assert (found.waits.works, found.waits.median) == (1, 20)
    assert (found.load.reviews, found.load.reviewers) == (2, 2)
    assert (found.agreement.grades, found.agreement.mean_gap) == (2, 0)
