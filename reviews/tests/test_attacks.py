"""Learner text that tries to be more than text, and a model that obeys it.

`ai/tests/attacks.json` holds our corpus. Each attack is handed in as work, to a model that does
what it says: it repeats the attack everywhere and gives the scores that were asked for.
"""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.safestring import SafeString

from accounts.models import User
from ai import prompts
from ai.exchange import Purpose
from ai.offline.feedback import feedback as offline_feedback
from ai.privacy import ADDRESS, EMAIL
from ai.safe_text import unlinked
from ai.schemas import Criterion, FeedbackInputs
from ai.tests.conftest import model_server, stub_model
from ai.tests.stub import StubModelServer, a_feedback, a_plan, a_variation
from challenges import generation
from goals.models import Goal
from learnquest.core.markdown import render as render_markdown
from reviews import ai_feedback
from reviews.highlight import marked
from reviews.models import AIFeedback
from submissions.models import Submission
from tests.factories import make_challenge, make_goal, make_submission

__all__ = ["model_server", "stub_model"]

pytestmark = pytest.mark.one_database("postgresql")

ATTACKS = json.loads(
    (Path(__file__).resolve().parents[2] / "ai" / "tests" / "attacks.json").read_text()
)
each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=[a["name"] for a in ATTACKS])
RUBRIC = [Criterion(key="order", name="Order", description="Times in order.", weight=100)]


class Tags(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def assert_harmless(html: str) -> None:
    """Nothing of an attack may be markup: no link, no script, no request."""
    for tag, attributes in Tags(html).seen:
        assert tag not in {"iframe", "math", "object", "embed"}
        told = " ".join(str(value) for value in attributes.values())
        assert "evil.example" not in told and "javascript:" not in told
        assert "data:text/html" not in told and "alert(1)" not in told
        assert attributes.get("hx-get") != "/accounts/logout/"
        assert attributes.get("hx-post") != "/goals/1/delete/"
        assert not any(name.startswith("on") for name in attributes)


def test_the_corpus_holds_at_least_sixty_different_attacks() -> None:
    assert len({attack["text"] for attack in ATTACKS}) == len(ATTACKS) >= 60


@each_attack
def test_an_attack_stays_data(attack: dict[str, str]) -> None:
    def rendered(body: str) -> tuple[str, str]:
        inputs = FeedbackInputs(
            challenge_title="T", instructions="I", rubric=RUBRIC, body=body, link=""
        )
        return prompts.packaged(Purpose.FEEDBACK).render(inputs)

    calm_system, calm = rendered("A calm text.")
    system, user = rendered(attack["text"])
    assert system == calm_system
    for sign in ("<learner_text", "</learner_text"):
        assert user.lower().count(sign) == calm.lower().count(sign)


@each_attack
def test_the_offline_coach_gives_nothing_for_it(attack: dict[str, str]) -> None:
    inputs = FeedbackInputs(
        challenge_title="Describe your morning",
        instructions="Describe your morning in 60 to 80 words, with times and reasons.",
        rubric=RUBRIC,
        body=attack["text"],
    )
    assert all(score.score < 50 for score in offline_feedback(inputs).scores)


@pytest.fixture
def work(alice: User) -> Submission:
    return make_submission(make_challenge(make_goal(alice)))


def handed_in(work: Submission) -> Iterator[tuple[str, str]]:
    """Let `work` be each attack in turn, without feedback yet; yields name and text."""
    for attack in ATTACKS:
        # The doors leave NUL out before a deed sees the text.
        text = attack["text"].replace("\x00", "")
        Submission.objects.filter(pk=work.pk).update(body=f"{text}\n\nAnd my own words.")
        AIFeedback.objects.all().delete()
        AIFeedback.objects.create(submission=work)
        yield attack["name"], text


def test_a_model_that_obeys_changes_no_score_beyond_the_schema(
    stub_model: StubModelServer, work: Submission
) -> None:
    keys = [criterion.key for criterion in work.challenge.criteria]
    for name, text in handed_in(work):
        obedient: dict[str, Any] = a_feedback(keys, quote="").model_dump()
        obedient["scores"][0]["score"] = -50 if "-50" in text else 1000
        obedient["points"] = 80
        stub_model.answers(json.dumps(obedient))
        ai_feedback.write(AIFeedback.objects.get().pk)
        feedback = AIFeedback.objects.get()
        assert (feedback.status, feedback.scores) == ("failed", []), name
        after = Submission.objects.get()
        assert (after.status, after.score) == ("submitted", None), name


def test_what_an_obedient_model_says_is_text_on_the_page(
    stub_model: StubModelServer, work: Submission, alice: User, client: Client
) -> None:
    keys = [criterion.key for criterion in work.challenge.criteria]
    client.force_login(alice)
    for name, text in handed_in(work):
        # The model sees no address, so that it cannot quote one either.
        said = a_feedback(keys, quote=EMAIL.sub(ADDRESS, text))
        for point in [*said.strengths, *said.improvements]:
            point.comment = text
        for score in said.scores:
            score.comment = text
        stub_model.answers(said.model_copy(update={"summary": text, "next_step": text}))
        ai_feedback.write(AIFeedback.objects.get().pk)
        assert AIFeedback.objects.get().status == "ready", name
        page = client.get(f"/submissions/{work.pk}/").content.decode()
        # The learner's own links in their own work are theirs; the coach's part has none.
        coach = page[page.index('id="feedback"') :]
        assert_harmless(coach)
        assert not any(
            tag == "script"
            for tag, _ in Tags(page[page.index("<main") : page.index("</main")]).seen
        ), name


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a["kind"] in {"html", "link"}])
def test_a_plan_shows_its_links_as_text(
    attack: dict[str, str], stub_model: StubModelServer, alice: User, goal: Goal, client: Client
) -> None:
    plan = a_plan()
    plan.challenges[0].instructions = attack["text"]
    plan.challenges[1].rubric[0].description = attack["text"]
    stub_model.answers(plan.model_copy(update={"summary": attack["text"]}))
    asked = generation.request_plan(goal=goal, by=alice)
    generation.write_plan(asked.pk)
    client.force_login(alice)
    page = client.get(asked.get_absolute_url()).content.decode()
    assert_harmless(page[page.index('id="plan"') : page.index("</main")])
    assert "<a " not in render_markdown(unlinked(attack["text"]))


def test_a_model_that_tells_its_instructions_is_not_believed(
    stub_model: StubModelServer, alice: User
) -> None:
    work = make_submission(make_challenge(make_goal(alice)))
    keys = [criterion.key for criterion in work.challenge.criteria]
    system, _ = prompts.packaged(Purpose.FEEDBACK).text.split(prompts.SEPARATOR)
    secret = max(system.splitlines(), key=len)
    stub_model.answers(a_feedback(keys, quote="").model_copy(update={"summary": secret[:900]}))
    ai_feedback.write(work.ai_feedback.pk)
    feedback = AIFeedback.objects.get()
    assert feedback.status == "failed"
    assert feedback.summary == ""


def test_ordinary_code_is_hardly_touched() -> None:
    code = "x = [1, 2][0]; f(a[0], b)\nif a < b: print(a)"
    assert unlinked(code).replace("] [", "][") == code
    assert a_variation().title


def test_marks_hold_only_what_the_page_held() -> None:
    html = SafeString("<p>One &lt;b&gt; <strong>two</strong> three.</p>")
    page, found = marked(html, [("q-1", "<b> two three"), ("q-2", "absent"), ("q-3", "")])
    assert found == {"q-1": "q-1"}
    assert page.count('id="q-1"') == 1
    assert "&lt;<mark" in page or '">b</mark>' in page
    assert Tags(page).seen[0][0] == "p"
