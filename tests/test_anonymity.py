"""Neither side learns who the other is before the outcome: every answer, mail and export of a whole
journey is searched for names, usernames, e-mail addresses, ids and pictures."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts import mail, moderation, pictures
from accounts.models import OutgoingMail, Report, User
from goals import calendar_feed
from leaderboard import badges, points, seasons
from leaderboard.models import (
    BadgeAward,
    LeagueGroup,
    LeagueMembership,
    LeaguePlayer,
    PointEntry,
    RankChange,
    Standing,
    Tally,
)
from leaderboard.periods import Period
from learnquest.pages import data_export
from reviews import ai_feedback
from reviews.models import AIFeedback, PeerReview
from submissions.models import Submission
from tests.factories import (
    WORDS,
    WORK,
    make_challenge,
    make_goal,
    make_picture,
    make_review,
    make_submission,
    make_user,
)

Posted = Callable[[], list[Any]]


class Side:
    """One person in their browser, with all that they got to see."""

    def __init__(self, person: User) -> None:
        self.person = person
        self.client = Client()
        self.client.force_login(person)
        self.seen: list[tuple[str, str]] = []

    @property
    def marks(self) -> set[str]:
        """What would give this person away, in small letters."""
        person = self.person
        return {
            person.username,
            person.display_name.lower(),
            *person.display_name.lower().split(),
            person.email,
            str(person.pk),
            pictures.file_name(person).lower(),
        }

    def get(self, path: str, **headers: str) -> Any:
        return self._keep(path, self.client.get(path, headers=headers))

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        return self._keep(path, self.client.post(path, data or {}, **more))

    def send(self, path: str, **data: Any) -> Any:
        return self.post(path, data, content_type="application/json")

    def _keep(self, path: str, answer: Any) -> Any:
        body = b"".join(answer) if answer.streaming else answer.content
        if body[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                texts = [f"{name}\n{archive.read(name)!r}" for name in archive.namelist()]
            body = "\n".join(texts).encode()
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        self.seen.append((path, f"{head}\n{body.decode('utf-8', 'replace')}".lower()))
        return answer

    def look_around(self, *more: str) -> None:
        """Open all that somebody may look at while they wait."""
        for path in (
            "/today/", "/notifications/", "/activity/", "/reviews/", "/goals/", "/calendar/",
            "/reports/", "/settings/data/", "/settings/blocked/", "/points/",
            "/api/notifications/", "/api/progress/dashboard", "/api/reviews/", "/api/goals/",
            "/api/auth/profile", "/api/reports/", *more,
        ):  # fmt: skip
            self.get(path)
        for number in self.person.notifications.values_list("pk", flat=True):
            self.get(f"/notifications/{number}/")
        feed = calendar_feed.renew(by=self.person)
        self.get(f"/calendar/{calendar_feed.token_of(feed)}.ics")

    def take_data_along(self) -> None:
        export = data_export.request_export(by=self.person)
        data_export.build(export.pk)
        export.refresh_from_db()
        with zipfile.ZipFile(export.file.open()) as archive:
            for name in archive.namelist():
                self.seen.append((f"export {name}", repr(archive.read(name)).lower()))

    def read_mails(self) -> None:
        for one in OutgoingMail.objects.filter(user=self.person):
            text = f"{one.subject}\n{one.text}\n{one.html}\n{one.headers}".lower()
            self.seen.append((f"mail {one.template}", text))

    def finds(self, other: "Side") -> list[str]:
        """Return where the other stands in what this one saw."""
        return sorted(
            {
                f"{mark} in {path}"
                for path, text in self.seen
                for mark in other.marks
                if mark in text
            }
        )


def _person(name: str, pk: int) -> Side:
    # A number of nine digits, which stands in no text by chance.
    person = make_user(
        id=pk,
        username=f"{name}-of-the-moor",
        email=f"{name}@example.com",
        display_name=f"{name.title()} Fennimore-{name.title()}",
        is_profile_public=True,
    )
    return Side(pictures.set_picture(user=person, data=make_picture()))


@pytest.fixture
def author(media: Path, db: None) -> Side:
    return _person("quillmoss", 918_273_645)


@pytest.fixture
def reviewer(media: Path, db: None) -> Side:
    return _person("brackenjay", 817_263_549)


def test_the_search_finds_what_is_there(author: Side, reviewer: Side) -> None:
    author.get("/people/brackenjay-of-the-moor/")
    found = author.finds(reviewer)
    # Name, username and picture stand on the page of a person; address and number do not.
    assert len(found) >= 4 and not any("@example.com" in one for one in found)
    reviewer.get("/api/users/quillmoss-of-the-moor")
    assert any("918273645" in one for one in reviewer.finds(author))


def test_neither_side_finds_the_other_before_the_outcome(
    author: Side, reviewer: Side, mona: User, posted: Posted
) -> None:
    challenge = make_challenge(make_goal(author.person, description="Mine alone."))
    # The author hands in, and waits.
    author.post(f"/challenges/{challenge.pk}/hand-in/", {"body": WORK, "link": ""})
    work = Submission.objects.get()
    ai_feedback.write(AIFeedback.objects.get(submission=work).pk)
    page, api = work.get_absolute_url(), f"/api/submissions/{work.pk}"
    author.get(page)
    # The reviewer takes it, reads it on the page and over the API, and tries what they may not.
    reviewer.post("/reviews/next/", follow=True)
    review = PeerReview.objects.get()
    desk = review.get_absolute_url()
    reviewer.get(desk)
    reviewer.send("/api/reviews/next")
    reviewer.get(f"/api/reviews/{review.pk}")
    for path in (
        page, api, f"{api}/steps", f"{api}/appeal", f"/challenges/{challenge.pk}/",
        f"/goals/{challenge.goal_id}/", f"/api/goals/{challenge.goal_id}",
        f"/api/challenges/{challenge.pk}", f"/api/ai/feedback/{work.pk}",
        f"/api/submissions/challenge/{challenge.pk}",
    ):  # fmt: skip
        assert reviewer.get(path).status_code == 404, path
    author.look_around(page, api, f"/challenges/{challenge.pk}/attempts/")
    given: dict[str, Any] = {"overall": WORDS}
    for criterion in challenge.criteria:
        given |= {f"score_{criterion.key}": "75", f"comment_{criterion.key}": "I can follow it."}
    reviewer.post(f"{desk}save/", given)
    reviewer.post(f"{desk}check/", given)
    assert reviewer.get(f"/report/submission/{work.pk}/").status_code == 404
    reviewer.get(f"/report/work/{review.pk}/")
    assert reviewer.post(f"{desk}send/", given).status_code == 302
    # Half way: one review is there, and all that tells of it.
    review.refresh_from_db()
    assert review.status == PeerReview.Status.SUBMITTED and work.status == "submitted"
    author.get(page)
    author.get(page, **{"HX-Request": "true"})
    author.get(api)
    author.get(f"/api/submissions/challenge/{challenge.pk}")
    author.post(f"/reviews/{review.pk}/helpful/", {"helpful": "yes"}, follow=True)
    author.send(f"/api/reviews/{review.pk}/helpful", helpful=True)
    author.send(f"/api/reviews/{review.pk}/names", show=True)
    author.get(f"/api/reviews/{review.pk}/names")
    author.get(f"/api/reviews/{review.pk}/answers")
    author.send(f"/api/reviews/{review.pk}/answers", text="Who are you?")
    author.get(f"{api}/steps")
    author.post(f"/report/review/{review.pk}/", {"reason": "unfair", "next": page}, follow=True)
    reviewer.get(desk)
    reviewer.get(f"{api}/steps")
    reviewer.send(f"/api/reviews/{review.pk}/names", show=True)
    # A moderator decides on the report, and both are told.
    found = Report.objects.get()
    moderation.claim(report=found, by=mona)
    moderation.decide(report=found, by=mona, decision="warned", reason="Read the work again.")
    for side in (author, reviewer):
        side.get(f"/reports/{found.pk}/")
        side.get(f"/api/reports/{found.pk}")
        side.look_around()
        side.take_data_along()
        side.read_mails()
    reviewer.get(f"/api/submissions/{work.pk}/review")
    work.refresh_from_db()
    assert work.status == Submission.Status.SUBMITTED
    assert {path.split()[1] for path, _text in author.seen if path.startswith("mail")} >= {
        "review_received", "report_decided",
    }  # fmt: skip
    # Neither finds the other; each finds themselves, so the search does work.
    assert author.finds(reviewer) == []
    assert reviewer.finds(author) == []
    assert author.finds(author) and reviewer.finds(reviewer)


def _public(reviewer: User, category: str) -> list[str]:
    """All pages and answers in which a learner stands before others."""
    scopes = ["everyone", f"category:{category}", "league"]
    boards = [f"scope={scope}&period={period}" for scope in scopes for period in Period]
    name, earned = reviewer.username, ["badges/helping-hand", "badges/streak-7"]
    return [
        *(f"/leaderboard/?{board}&q={name}" for board in boards),
        *(f"/leaderboard/me/?{board}" for board in boards),
        *(f"/api/leaderboard/?{board}" for board in boards),
        *(f"/api/leaderboard/user/{reviewer.pk}?{board}" for board in boards),
        f"/people/{name}/", f"/api/users/{name}", "/league/", "/api/leagues/mine",
        "/badges/", "/api/badges/", "/", *(f"/{page}/" for page in earned),
        *(f"/api/{page}" for page in earned),
    ]  # fmt: skip


def _shown_of(viewers: dict[str, Client], paths: list[str]) -> dict[tuple[str, str], str]:
    """What each viewer is shown, without what a page's frame says to its reader alone."""
    shown = {}
    for who, client in viewers.items():
        for path in paths:
            answer = client.get(path)
            text = answer.content.decode()
            if "<main" in text:
                text = text.split("<main")[1].split("</main>")[0]
            text = re.sub(r'"csrfmiddlewaretoken" value="\w+"|"request_id": "\w+"', "", text)
            # How long the week still lasts moves by itself.
            text = re.sub(r"\d+\s(day|hour|minute)s?(,\s\d+\s\w+)?", "", text)
            shown[who, path] = f"{answer.status_code} {answer.headers.get('ETag', '')} {text}"
    return shown


def _rows() -> list[Any]:
    """What the database has of standings, their counts, and badges."""
    return [
        *Standing.objects.order_by("pk").values_list(),
        *Tally.objects.order_by("scope", "period", "width", "floor").values_list(
            "scope", "period", "width", "floor", "learners"
        ),
        *BadgeAward.objects.order_by("pk").values_list(),
        *RankChange.objects.order_by("pk").values_list(),
    ]


def test_nothing_that_others_see_moves_between_a_review_and_the_outcome(
    author: Side, reviewer: Side, carol: User, charlie: User
) -> None:
    """Whoever reads "1 of 2 reviews" finds nobody who has just gained five points."""
    goal = make_goal(author.person)
    work = make_submission(make_challenge(goal))
    # All are on the boards and in one league; the reviewer was here on six days of seven.
    group = LeagueGroup.objects.create(week=seasons.week_of(timezone.now()), league=1, number=0)
    for person in (author.person, reviewer.person, charlie):
        points.award(
            user_id=person.pk, amount=20, reason=PointEntry.Reason.WORK_ACCEPTED,
            key=f"before:{person.pk}", verified=True, category=goal.category,
        )  # fmt: skip
        LeaguePlayer.objects.create(user=person, league=1, highest=1)
        LeagueMembership.objects.create(user=person, group=group, week=group.week)
    for back in range(1, 7):
        points.award(
            user_id=reviewer.person.pk, amount=1, reason=PointEntry.Reason.PRACTICE, verified=False,
            key=f"day:{back}", now=timezone.now() - timedelta(days=back),
        )  # fmt: skip
    badges.award_missing()
    viewers = {"author": author.client, "stranger": Client(), "nobody": Client()}
    viewers["stranger"].force_login(charlie)
    paths = _public(reviewer.person, goal.category)
    before, rows = _shown_of(viewers, paths), _rows()
    # What a reader is shown stays the same by itself, or comparing would tell nothing.
    assert _shown_of(viewers, paths) == before
    for (who, path), text in before.items():
        assert who == "nobody" or path == "/" or text.startswith("200"), path

    review = make_review(work, reviewer.person)
    author.post(f"/reviews/{review.pk}/helpful/", {"helpful": "yes"})
    reviewer.look_around()
    badges.award_missing()  # as every night
    work.refresh_from_db()
    assert work.status == Submission.Status.SUBMITTED and review.status == "submitted"
    assert _rows() == rows
    between = _shown_of(viewers, paths)
    assert [key for key in before if before[key] != between[key]] == []

    make_review(work, carol)
    work.refresh_from_db()
    assert work.status == Submission.Status.ACCEPTED
    after = _shown_of(viewers, paths)
    moved = {path for who, path in before if before[who, path] != after[who, path]}
    # Then all of it moves at once, so the search does work.
    name = reviewer.person.username
    assert moved >= {
        f"/people/{name}/", f"/api/users/{name}", "/league/", "/api/leagues/mine",
        "/badges/streak-7/", "/badges/helping-hand/",
    }  # fmt: skip
    assert moved >= {path for path in paths if "leaderboard/?" in path or "/user/" in path}


def test_a_public_page_does_not_tell_when_a_review_was_given(author: Side, reviewer: Side) -> None:
    """Whoever suspects somebody cannot see on their page that they have just sent a review."""
    challenge = make_challenge(make_goal(author.person))
    author.post(f"/challenges/{challenge.pk}/hand-in/", {"body": WORK, "link": ""})
    reviewer.post("/reviews/next/")
    path = "/api/users/brackenjay-of-the-moor"
    before = author.get(path).json()
    review = PeerReview.objects.get()
    given = {f"score_{one.key}": "75" for one in challenge.criteria} | {"overall": WORDS}
    reviewer.post(f"{review.get_absolute_url()}send/", given)
    after = author.get(path).json()
    assert PeerReview.objects.sent().count() == 1
    assert before["reviews_given"] == after["reviews_given"] == 0
    assert before["badges"] == after["badges"] == []


def test_mails_of_before_the_outcome_stay_silent_later(author: Side) -> None:
    """Mails lose their words once they are sent, so that no later look finds more."""
    one = mail.send(
        template="review_received", user=author.person, context={"title": "T", "url": "/"}
    )
    mail.deliver(one.pk, now=timezone.now() + timedelta(seconds=1))
    one.refresh_from_db()
    assert one.text == one.html == ""
