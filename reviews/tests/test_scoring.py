import os
import random
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as settings_of_site
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews import scoring
from reviews.scoring import Grade


def test_the_consensus_of_equal_grades_is_that_grade() -> None:
    fit = scoring.fit([Grade("w", "a", 70.0), Grade("w", "b", 70.0)])
    assert fit.submissions["w"].score == 70
    assert fit.submissions["w"].reviews == 2


def test_more_grades_make_the_error_smaller() -> None:
    two = scoring.fit(Grade("w", str(n), 70.0 + n) for n in range(2))
    six = scoring.fit(Grade("w", str(n), 70.0 + n % 2) for n in range(6))
    assert six.submissions["w"].stderr < two.submissions["w"].stderr


def test_a_harsh_grader_has_a_negative_bias() -> None:
    grades = [
        Grade(work, grader, 55.0 + 3 * work + n - (20 if grader == "harsh" else 0))
        for work in range(10)
        for n, grader in enumerate(("harsh", "a", "b"))
    ]
    graders = scoring.fit(grades).graders
    assert graders["harsh"].bias < -10 < graders["a"].bias


def test_one_work_alone_gets_the_mean_of_its_grades() -> None:
    fit = scoring.fit([Grade("w", "a", 60.0), Grade("w", "b", 80.0)])
    assert fit.submissions["w"].score == pytest.approx(70, abs=0.01)


LAZY = 99


def test_who_gives_the_same_to_all_counts_for_little() -> None:
    rng = random.Random(4)
    truth = [rng.gauss(70, 12) for _ in range(60)]
    grades: list[Grade[int, int]] = [
        Grade(work, grader, min(100, max(0, truth[work] + rng.gauss(0, 5))))
        for work in range(60)
        for grader in rng.sample(range(20), 3)
    ]
    grades += [Grade(work, LAZY, 85.0) for work in range(60)]
    fit = scoring.fit(grades)
    assert fit.graders[LAZY].quality < 0.1
    assert min(fit.graders[n].quality for n in range(20)) > 0.4
    ours = sum((fit.submissions[w].score - truth[w]) ** 2 for w in range(60))
    by_work = [[g.score for g in grades if g.submission == w] for w in range(60)]
    means = sum((sum(s) / len(s) - truth[w]) ** 2 for w, s in enumerate(by_work))
    assert ours < 0.6 * means


def test_errors_say_how_far_off_scores_are() -> None:
    rng = random.Random(5)
    truth = [min(100, max(0, rng.gauss(70, 12))) for _ in range(400)]
    spread = [rng.uniform(2, 30) for _ in range(400)]
    grades = [
        Grade(work, grader, min(100, max(0, truth[work] + rng.gauss(0, spread[grader]))))
        for work in range(400)
        for grader in rng.sample(range(400), 4)
    ]
    fit = scoring.fit(grades)
    within = sum(abs(c.score - truth[w]) <= 2 * c.stderr for w, c in fit.submissions.items())
    assert 0.90 <= within / len(fit.submissions) <= 0.98


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.floats(0, 100)), max_size=40),
    st.randoms(use_true_random=False),
)
def test_the_order_of_grades_does_not_matter(
    rows: list[tuple[int, int, float]], rng: random.Random
) -> None:
    grades = [Grade(*row) for row in rows]
    shuffled = grades[:]
    rng.shuffle(shuffled)
    one, other = scoring.fit(grades), scoring.fit(shuffled)
    assert one.submissions.keys() == other.submissions.keys()
    for work, consensus in one.submissions.items():
        assert consensus.score == pytest.approx(other.submissions[work].score)
        assert consensus.stderr == pytest.approx(other.submissions[work].stderr)
        assert -1e-6 <= consensus.score <= 100 + 1e-6
    for grader in one.graders.values():
        assert 0 <= grader.quality <= 1


def test_the_command_scores_a_file_without_a_database(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("submission,reviewer,score\nw1,a,60\nw1,b,80\nw2,a,50\n")
    call_command("score_reviews", source, out=tmp_path / "out", stdout=StringIO())
    consensus = (tmp_path / "out" / "consensus.csv").read_text().splitlines()
    assert consensus[0] == "submission,score,stderr,reviews"
    work, score, stderr, reviews = consensus[1].split(",")
    assert (work, reviews) == ("w1", "2") and 60 < float(score) < 80 and float(stderr) > 0
    reviewers = (tmp_path / "out" / "reviewers.csv").read_text().splitlines()
    assert reviewers[0] == "reviewer,bias,sd,quality,reviews" and len(reviewers) == 3


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,b,c\n", "should begin with the line submission,reviewer,score"),
        ("submission,reviewer,score\nw1,a,sixty\n", "line 2"),
        ("submission,reviewer,score\nw1,a,101\n", "between 0 and 100"),
        ("submission,reviewer,score\nw1,a,nan\n", "between 0 and 100"),
        ("submission,reviewer,score\nw1,a\n", "line 2"),
    ],
)
def test_the_command_names_the_line_that_is_wrong(tmp_path: Path, text: str, problem: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text(text)
    with pytest.raises(CommandError, match=problem):
        call_command("score_reviews", source, out=tmp_path / "out")


def test_the_command_runs_where_there_is_no_database_and_no_key(tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out"
    source.write_text("submission,reviewer,score\nw1,a,60\nw1,b,80\n")
    unusable = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "manage.py", "score_reviews", source, "--out", out],
        cwd=settings_of_site.BASE_DIR,
        env=unusable,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "1 submissions and 2 reviewers" in done.stdout
    assert (out / "consensus.csv").read_text().startswith("submission,score,stderr,reviews\nw1,70.")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("submission,reviewer,score\n,a,60\n", "line 2"),
        ("submission,reviewer,score\nw1,,60\n", "line 2"),
        ("submission,reviewer,score\nw1,a,6_0\n", "line 2"),
        ("submission,reviewer,score\nw1,a,60\n\nw2,a,\n", "line 4"),
        ("", "should begin with the line"),
    ],
)
def test_the_command_takes_no_half_lines(tmp_path: Path, text: str, problem: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text(text)
    with pytest.raises(CommandError, match=problem):
        call_command("score_reviews", source, out=tmp_path / "out")


def test_the_command_says_what_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("score_reviews", tmp_path / "none.csv", out=tmp_path / "out")
    source = tmp_path / "in.csv"
    source.write_bytes(b"submission,reviewer,score\nw\xff,a,60\n")
    with pytest.raises(CommandError, match="UTF-8"):
        call_command("score_reviews", source, out=tmp_path / "out")
    source.write_text("submission,reviewer,score\nw1,a,60\n")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("score_reviews", source, out=source)
