"""Every route, tried by everybody: nobody gets more than `access_rules.py` says."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from http.cookies import SimpleCookie
from itertools import batched
from pathlib import Path
from typing import Any

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts import blocks, inbox, moderation, notices, pictures, suspension, tokens
from accounts.models import Notification, User
from ai import explaining
from challenges import catalogue, generation, replan_writing
from challenges.models import Plan, Proposal, ReplanLine
from goals import calendar_feed, milestones
from goals.models import Goal
from leaderboard import credentials
from learnquest.api import api
from learnquest.pages import data_export
from reviews import appeals, cases, work_numbers
from reviews.models import PeerReview, ReviewCase
from submissions import hints
from submissions.models import Submission
from tests import access_document
from tests.access_rules import ALLAUTH, API, PAGES, WHO, Rule
from tests.factories import (
    claim,
    make_challenge,
    make_copy,
    make_draft,
    make_file,
    make_flag,
    make_goal,
    make_picture,
    make_review,
    make_second_attempt,
    make_submission,
    make_submission_with_file,
    make_user,
)


@pytest.fixture
def people(alice: User, bob: User, charlie: User, mona: User) -> dict[str, User | AnonymousUser]:
    everybody = (AnonymousUser(), charlie, alice, bob, mona)
    return dict(zip(WHO, everybody, strict=True))


def make_shared_goal(alice: User) -> Goal:
    goal = make_goal(alice, title="Shared")
    make_challenge(goal)
    return goal


def make_settled(goal: Goal, bob: User, carol: User) -> Submission:
    """Work of the goal's owner, reviewed by both."""
    work = make_submission(make_challenge(goal, title="Settled"))
    make_review(work, bob)
    make_review(work, carol)
    return work


@pytest.fixture
def world(media: Path, alice: User, bob: User, carol: User, mona: User) -> dict[str, Any]:
    """Alice's things by name, as they stand in addresses."""
    address = EmailAddress.objects.create(user=alice, email=alice.email, primary=True)
    goal = make_goal(alice)
    settled = make_settled(goal, bob, carol)
    appeal = appeals.appeal(
        work=settled, by=alice, reason="The reviewers overlooked the second half."
    )
    dora = make_user(username="dora")
    work = make_submission_with_file(make_challenge(goal))
    sent = make_review(work, carol)
    PeerReview.objects.filter(pk=sent.pk).update(private_note="I saw this before.")
    claimed = claim(work, bob)
    # So that its reviewer may ask for more time.
    claimed.lease_until = timezone.now() + timedelta(hours=9)
    claimed.save()
    cases.escalate(submission_id=work.pk, concern=ReviewCase.Concern.WAIT)
    again = make_second_attempt(make_challenge(goal, title="Twice"), bob)
    Submission.objects.filter(pk=again.submission_id).update(status="accepted")
    plan = generation.request_plan(goal=goal, by=alice)
    generation.write_plan(plan.pk)
    explanation = explaining.request_explanation(by=alice, concept="yeast", level="beginner")
    begun = make_challenge(goal, title="Begun")
    pictures.set_picture(user=alice, data=make_picture())
    alice.refresh_from_db()
    export = data_export.request_export(by=alice)
    data_export.build(export.pk)
    unlisted = make_goal(alice, title="By link", visibility="unlisted")
    shown = make_challenge(unlisted, title="By link too")
    asked = make_challenge(goal, title="Asked about")
    milestone = milestones.add_milestone(goal=goal, by=alice, title="First")
    replan = replan_writing.request_replan(goal=goal, by=alice)
    replan_writing.write_replan(replan.pk)
    return {
        "replan": replan.pk,
        "line": ReplanLine.objects.filter(replan=replan).values_list("pk", flat=True)[0],
        "user": alice.pk,
        # She has it for her goal; nobody else set one.
        "badge": "first-goal",
        "signing_key": credentials.public_keys()[0]["kid"].split("/")[-2],
        "browser": UserSession.objects.create(user=alice, ip="192.0.2.1", session_key="s").pk,
        "family": tokens.user_of(tokens.issue(user=alice, client=tokens.Client()).access)[1],
        "passkey": Authenticator.objects.create(user=carol, type="webauthn", data={}).pk,
        "confirmation": EmailConfirmationHMAC(address).key,
        "reset_key": (user_pk_to_url_str(carol), default_token_generator.make_token(carol)),
        "username": alice.username,
        "unsubscribe": notices.unsubscribe_link(alice, "digest").split("/")[-2],
        "goal": goal.pk,
        "milestone": milestone.pk,
        "challenge": make_challenge(goal, title="Untouched").pk,
        "begun_challenge": begun.pk,
        "draft": make_draft(begun).pk,
        "settled": settled.pk,
        "settled_review": settled.peer_reviews.get(reviewer=bob).pk,
        "appeal": appeal.pk,
        "reportable": ("review", sent.pk),
        "reportable_work": ("work", claimed.pk),
        "work_by_its_id": ("submission", again.submission_id),
        "report": moderation.report(
            kind="review",
            target_id=settled.peer_reviews.get(reviewer=carol).pk,
            by=alice,
            reason="unfair",
        ).pk,
        "block": blocks.block(person=dora, by=alice).pk,
        "blocked": dora.username,
        "suspended": suspension.suspend(user=dora, by=mona, reason="Spam, again.").pk,
        "suspended_name": dora.username,
        "submission": work.pk,
        "file": work.attachments.get().pk,
        "submission_file": (work.pk, work.attachments.get().pk),
        "draft_file": make_file(make_draft(begun)).pk,
        "revision": make_draft(begun).revisions.get().pk,
        "second_attempt": again.submission_id,
        "second_claim": again.pk,
        "similar": make_flag(again.submission, work).pk,
        "copy": make_copy(make_submission(make_challenge(goal, title="Copied")), work, mona).pk,
        "waiting": ReviewCase.objects.get(submission=work).pk,
        "claim": claimed.pk,
        "work_in_hand": work_numbers.of(claimed),
        "file_to_review": (claimed.pk, 1),
        "sent_review": sent.pk,
        "note": sent.pk,
        "plan": plan.pk,
        "quest": catalogue.publish_quest(
            goal=make_shared_goal(alice), by=alice, summary="Talk to people in shops, and write."
        ).pk,
        "proposal": Proposal.objects.filter(plan=plan).first().pk,  # type: ignore[union-attr]
        "explanation": explanation.pk,
        "picture": pictures.file_name(alice),
        "export": export.pk,
        "share_key": unlisted.share_key,
        "shared_challenge": (unlisted.share_key, shown.pk),
        "calendar_token": calendar_feed.token_of(calendar_feed.renew(by=alice)),
        "ask": hints.request_hint(challenge=asked, by=alice).pk,
        "notification": inbox.notify(
            user_id=alice.pk, kind=Notification.Kind.BADGE, target="/points/"
        ).pk,
    }


def routes(patterns: list[Any], namespace: str = "") -> Iterator[str]:
    """Yield the name of each route of the pages, with its namespace."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace in {"admin", "api", "djdt"}:
                continue
            inner = ":".join(part for part in (namespace, pattern.namespace) if part)
            yield from routes(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name is not None:
            yield f"{namespace}:{pattern.name}" if namespace else pattern.name


def operations() -> set[tuple[str, str]]:
    return {
        (method.upper(), path)
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }


def test_every_page_has_a_rule() -> None:
    assert set(routes(get_resolver().url_patterns)) == set(PAGES) | set(ALLAUTH)


def test_no_page_has_two_rules() -> None:
    assert not set(PAGES) & set(ALLAUTH)


def test_every_operation_has_a_rule() -> None:
    assert operations() == set(API)


def parts[T](things: Iterable[T], size: int = 50) -> list[list[T]]:
    """Return things by the dozen, for tests that share one world: making it takes a second."""
    return [list(part) for part in batched(sorted(things), size)]  # type: ignore[type-var]


@pytest.mark.parametrize("part", parts(PAGES | ALLAUTH), ids=lambda part: f"{part[0]}...")
def test_pages_open_for_the_right_people_only(
    part: list[str], people: dict[str, User | AnonymousUser], world: dict[str, Any]
) -> None:
    wrong = [line for name in part for line in wrong_about_page(name, people, world)]
    assert not wrong, "\n".join(wrong)


def wrong_about_page(
    name: str, people: dict[str, User | AnonymousUser], world: dict[str, Any]
) -> Iterator[str]:
    for rule in (PAGES | ALLAUTH)[name]:
        thing = world.get(rule.thing, "")
        url = reverse(name, args=thing if isinstance(thing, tuple) else [thing] if thing else [])

        def ask(client: Client, rule: Rule = rule, url: str = url) -> Any:
            return client.generic(
                rule.method,
                url,
                data="&".join(f"{key}={value}" for key, value in rule.data.items()),
                content_type="application/x-www-form-urlencoded",
            )

        yield from _differences(f"{rule.method} {url}", rule, _statuses(people, rule, ask))


@pytest.mark.parametrize("part", parts(API), ids=lambda part: " ".join(part[0]) + "...")
def test_operations_answer_the_right_people_only(
    part: list[tuple[str, str]], people: dict[str, User | AnonymousUser], world: dict[str, Any]
) -> None:
    wrong = [line for operation in part for line in wrong_about(*operation, people, world)]
    assert not wrong, "\n".join(wrong)


def wrong_about(
    method: str, path: str, people: dict[str, User | AnonymousUser], world: dict[str, Any]
) -> Iterator[str]:
    rule = API[method, path]
    things = world.get(rule.thing, "")
    ids = iter(things if isinstance(things, tuple) else [things] * 3)
    url = re.sub(r"\{\w+\}", lambda _: str(next(ids)), path)

    def put_in(value: Any) -> Any:
        if isinstance(value, list):
            return [put_in(item) for item in value]
        return world[value[1:]] if isinstance(value, str) and value.startswith("$") else value

    data = {key: put_in(value) for key, value in rule.data.items()}

    def ask(client: Client) -> Any:
        body = "" if method == "GET" else json.dumps(data)
        return client.generic(method, url, data=body, content_type="application/json")

    yield from _differences(f"{method} {url}", rule, _statuses(people, rule, ask))


def _differences(what: str, rule: Rule, found: dict[str, int]) -> Iterator[str]:
    """Say for whom an answer is another than the rule has it."""
    for who, status in zip(WHO, rule.statuses, strict=True):
        if found[who] != status:
            yield f"{what} for {who}: {found[who]} in place of {status}"


def _statuses(people: dict[str, User | AnonymousUser], rule: Rule, ask: Any) -> dict[str, int]:
    """Let everybody ask, each in a world in which nobody asked before."""
    statuses = {}
    for who, person in people.items():
        client = Client()
        client.cookies = SimpleCookie(_sign_in(person))
        with transaction.atomic():
            statuses[who] = ask(client).status_code
            transaction.set_rollback(True)
    return statuses


def _sign_in(person: User | AnonymousUser) -> str:
    """Return the cookies of somebody who signed in; once for each world, since it takes a while."""
    if not isinstance(person, User):
        return ""
    if "cookies_of_tests" not in person.__dict__:
        client = Client()
        client.force_login(person)
        person.__dict__["cookies_of_tests"] = client.cookies.output(attrs=[], header="", sep=";")
    return str(person.__dict__["cookies_of_tests"])


def test_a_page_that_needs_sign_in_remembers_where_one_was_going(client: Client) -> None:
    answer = client.get("/goals/new/")
    assert answer.headers["Location"] == "/accounts/login/?next=/goals/new/"


def test_htmx_moves_the_whole_page_to_the_sign_in(client: Client) -> None:
    answer = client.get("/today/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/accounts/login/")


@pytest.mark.parametrize("who", ["stranger", "owner"])
def test_the_admin_is_for_staff(
    who: str, people: dict[str, User | AnonymousUser], client: Client
) -> None:
    person = people[who]
    assert isinstance(person, User)
    client.force_login(person)
    assert client.get("/admin/").status_code == 302


def test_a_public_goal_shows_its_plan_and_not_its_log(
    client: Client, alice: User, charlie: User
) -> None:
    goal = make_goal(alice, visibility="public")
    challenge = make_challenge(goal)
    client.force_login(charlie)
    page = client.get(f"/goals/{goal.pk}/").content.decode()
    assert challenge.title in page
    assert "What happened" not in page and "Log practice" not in page and "/edit/" not in page
    assert client.get(f"/challenges/{challenge.pk}/work/").status_code == 404


def test_the_plan_of_a_failed_answer_can_be_tried_again(alice: User) -> None:
    plan = Plan.objects.create(goal=make_goal(alice), status=Plan.Status.FAILED)
    assert generation.retry_plan(plan=plan, by=alice).status == Plan.Status.PENDING


def test_the_document_of_the_rules_is_up_to_date() -> None:
    assert access_document.TARGET.read_text(encoding="utf-8") == access_document.document()
