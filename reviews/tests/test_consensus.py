"""How the grades of one work become its score."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.consensus import COACH_SHARE_MOST, Heard, Weighed, weigh
from reviews.grader_beliefs import USUAL, Beliefs, learn
from reviews.grading_model import Before, estimate
from reviews.outcome import ERROR_LIMIT

ANY_SCORE = st.floats(0, 100).map(lambda x: round(x, 1))


def known(bias: float, noise: float, grades: int = 30) -> tuple[list[float], int]:
    """What is known of somebody after some grades of works whose true scores are certain."""
    truths = np.linspace(45, 90, grades)
    scores = truths + bias + noise * np.tile([1.0, -1.0], grades)[:grades]
    belief = learn(scores, truths, np.full(grades, 0.5))
    return belief.to_rows()[0], grades


def heard(score: float, bias: float = 0, noise: float = 8, *, is_coach: bool = False) -> Heard:
    belief, grades = known(bias, noise)
    return Heard(score, belief, grades, is_coach)


def consensus(*grades: Heard) -> Weighed:
    return weigh(grades, USUAL)


@given(st.lists(ANY_SCORE, min_size=1, max_size=6))
def test_graders_who_are_not_known_come_to_the_plain_mean(scores: list[float]) -> None:
    found = consensus(*(Heard(score, []) for score in scores))
    assert found.is_mean
    assert found.score == pytest.approx(sum(scores) / len(scores))
    assert all(part.correction == 0 for part in found.parts)


def test_a_few_grades_are_not_enough_to_be_known() -> None:
    few = Heard(90, known(20, 3, grades=4)[0], 4)
    assert consensus(few, Heard(70, [])).score == 80


def test_a_strict_grader_is_corrected_in_whole_points() -> None:
    found = consensus(heard(64, bias=-6), heard(70))
    assert [part.correction for part in found.parts] == [6, 0]
    assert found.score == pytest.approx(70, abs=0.5)


def test_the_author_can_do_the_sum_again() -> None:
    found = consensus(heard(55, bias=-9, noise=5), heard(81, noise=14), heard(72, bias=4))
    assert sum(part.share for part in found.parts) == 100
    again = sum((part.score + part.correction) * part.share for part in found.parts) / 100
    assert found.score == pytest.approx(again)


def test_who_varies_less_counts_for_more() -> None:
    steady, wild = consensus(heard(80, noise=3), heard(50, noise=25)).parts
    assert steady.share > 3 * wild.share


def test_who_gives_the_same_to_all_counts_for_little() -> None:
    scores, truths = np.full(20, 85.0), np.linspace(40, 95, 20)
    lazy = Heard(85, learn(scores, truths, np.full(20, 4.0)).to_rows()[0], 20)
    assert consensus(lazy, heard(60)).parts[0].share < 20


@given(st.lists(st.tuples(ANY_SCORE, st.integers(-15, 15)), min_size=2, max_size=4), st.randoms())
@settings(deadline=None, max_examples=40)
def test_the_order_of_grades_does_not_matter(rows: list[tuple[float, int]], rng: object) -> None:
    grades = [heard(score, bias=bias) for score, bias in rows]
    one, other = consensus(*grades), consensus(*reversed(grades))
    assert one.score == pytest.approx(other.score, abs=1.01 * len(rows))
    assert one.stderr == pytest.approx(other.stderr, abs=1.01 * len(rows))


@given(st.lists(ANY_SCORE, min_size=2, max_size=5))
@settings(deadline=None, max_examples=40)
def test_equal_graders_come_near_the_mean(scores: list[float]) -> None:
    found = consensus(*(heard(score) for score in scores))
    assert found.score == pytest.approx(sum(scores) / len(scores), abs=1.01)


def test_the_coach_is_silent_until_it_is_known_and_is_capped_then() -> None:
    peers = Heard(60, []), Heard(70, [])
    unknown = weigh([*peers, Heard(100, [], is_coach=True)], USUAL)
    assert unknown.score == 65 and unknown.parts[2].share == 0
    counted = weigh([*peers, heard(100, noise=1, is_coach=True)], USUAL)
    assert counted.parts[2].share == round(100 * COACH_SHARE_MOST)


def test_the_coach_alone_is_better_than_nothing() -> None:
    found = weigh([Heard(66, [], is_coach=True)], USUAL)
    assert found.score == 66 and found.stderr > ERROR_LIMIT


def test_a_ring_cannot_lift_a_work_above_what_an_honest_majority_says() -> None:
    """Who gives mates 35 points too many and others what they deserve is known to be unsteady."""
    mate = heard(95, bias=17.5, noise=17.5)
    honest = heard(58)
    assert consensus(mate, honest, honest).score < 62
    assert consensus(mate, mate, honest).score < 70
    assert consensus(mate, mate).stderr > consensus(honest, honest).stderr


def test_two_who_agree_are_sure_enough_and_two_far_apart_are_not() -> None:
    assert consensus(Heard(70, []), Heard(75, [])).stderr < ERROR_LIMIT
    assert consensus(Heard(20, []), Heard(25, [])).stderr < ERROR_LIMIT
    assert consensus(Heard(30, []), Heard(80, [])).stderr > ERROR_LIMIT


def test_more_reviews_make_it_surer() -> None:
    errors = [consensus(*[heard(70)] * count).stderr for count in (1, 2, 4)]
    assert errors[0] > errors[1] > errors[2]


def test_learning_bit_by_bit_comes_to_the_same_as_at_once() -> None:
    rng = np.random.default_rng(3)
    truths, errors = rng.uniform(30, 95, 12), rng.uniform(1, 9, 12)
    scores = truths + rng.normal(4, 9, 12)
    at_once = learn(scores, truths, errors)
    bit_by_bit = Beliefs.none(1)
    for number in rng.permutation(12):
        one = slice(number, number + 1)
        bit_by_bit = bit_by_bit + learn(scores[one], truths[one], errors[one])
    assert bit_by_bit.to_rows()[0] == pytest.approx(at_once.to_rows()[0])
    assert bit_by_bit.ways(USUAL).bias[0] == pytest.approx(at_once.ways(USUAL).bias[0])


def test_works_with_known_marks_tell_how_their_graders_grade() -> None:
    """All graders give ten points too many; only known works can tell."""
    rng = np.random.default_rng(5)
    truth = rng.normal(65, 12, 60)
    works = np.repeat(np.arange(60), 3)
    graders = np.concatenate([rng.permutation(9)[:3] for _ in range(60)])
    scores = truth[works] + 10 + rng.normal(0, 4, 180)
    marks = np.where(np.arange(60) < 15, truth, np.nan)
    without = estimate(works, graders, scores, open_ended=False)
    anchored = estimate(works, graders, scores, open_ended=False, before=Before(known=marks))
    far = np.abs(without.scores[15:] - truth[15:]).mean()
    near = np.abs(anchored.scores[15:] - truth[15:]).mean()
    assert far > 8 and near < 4
    assert anchored.ways.bias.mean() > 5
