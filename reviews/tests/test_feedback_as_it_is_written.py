"""Streaming: words on the page while the model still writes, and the same work in the end."""

import threading
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils.safestring import SafeString

from accounts.models import User
from ai.tests.conftest import model_server, stub_model
from ai.tests.stub import StubModelServer, a_feedback
from reviews import ai_feedback
from reviews.drafts import so_far
from reviews.highlight import marked
from reviews.models import AIFeedback
from submissions.models import Submission
from tests.factories import make_challenge, make_goal, make_submission, make_user

__all__ = ["model_server", "stub_model"]


def test_a_draft_shows_what_is_there_and_no_invented_quote() -> None:
    body = "I get up at six because the bus leaves."
    said = a_feedback(["order"], quote="up at six because")
    said.improvements[0].quote = "I never wrote this."
    text = said.model_dump_json()
    assert so_far(text[:15], body) == {"summary": "Fee"}
    shown = [so_far(text[:end], body) for end in range(len(text) + 1)]
    assert shown[-1]["strengths"][0]["quote"] == "up at six because"
    assert not any("improvements" in draft for draft in shown)
    assert so_far("no json", body) == so_far("[1]", body) == {}


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_the_finished_work_is_the_same_without_a_stream(
    api: str, submission: Submission, stub_model: StubModelServer, settings: Any
) -> None:
    settings.AI_API = api
    settings.AI_CACHE_DAYS = settings.AI_CACHE_DAYS | {"feedback": 0}
    stub_model.answers_everything()
    found = []
    for is_stream in (True, False):
        settings.AI_STREAM = is_stream
        AIFeedback.objects.update(status="pending", lease_until=None)
        ai_feedback.write(submission.ai_feedback.pk)
        row: dict[str, Any] = dict(AIFeedback.objects.values().get())
        for name in ("finished_at", "latency_ms", "lease_until", "attempts", "request_id"):
            row.pop(name)
        found.append(row)
    assert found[0] == found[1]
    assert found[0]["status"] == "ready"
    assert [bool(request.get("stream")) for request in stub_model.requests] == [True, False]


def test_characters_that_no_database_keeps_do_no_harm(
    submission: Submission, stub_model: StubModelServer
) -> None:
    keys = [criterion.key for criterion in submission.challenge.criteria]
    said = a_feedback(keys, quote="spoke with the baker").model_dump_json()
    half = said.replace("Feedback by", "\\ud800 Feedback by")
    stub_model.answers(half + "\ud800\x00")
    stub_model.answers(said.replace("Feedback by", "Feed\\u0000back by"))
    ai_feedback.write(submission.ai_feedback.pk)
    feedback = AIFeedback.objects.get()
    assert (feedback.status, feedback.summary) == ("ready", "Feedback by the stub model.")
    assert len(stub_model.requests) == 2


@pytest.mark.django_db(transaction=True)
def test_the_first_words_are_on_the_page_within_a_second(
    stub_model: StubModelServer, client: Client
) -> None:
    stub_model.drips(0.05, pieces=60, first=0.3)
    alice: User = make_user()
    work = make_submission(make_challenge(make_goal(alice)))
    client.force_login(alice)

    def write() -> None:
        try:
            ai_feedback.write(work.ai_feedback.pk)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    seen_after = None
    while seen_after is None and writer.is_alive():
        page = client.get(work.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
        if "Still writing" in page:
            seen_after = time.monotonic() - stub_model.last_request_at - 0.3
            assert "Feedback" in page or "Fe" in page
        # As the page does.
        time.sleep(0.7)
    writer.join()
    print(f"first words after {seen_after:.2f} s")
    assert seen_after is not None and seen_after < 1.0
    done = client.get(work.get_absolute_url()).content.decode()
    assert "Feedback by the stub model." in done and "Still writing" not in done


def test_a_quote_leads_to_its_passage_without_scripts(
    client: Client, alice: User, submission: Submission, stub_model: StubModelServer
) -> None:
    stub_model.answers_everything()
    ai_feedback.write(submission.ai_feedback.pk)
    client.force_login(alice)
    page = client.get(submission.get_absolute_url()).content.decode()
    assert '<a href="#strengths-1"' in page
    assert 'class="quoted" data-quote="strengths-1" id="strengths-1"' in page
    assert "Confidence: high" in page


def test_a_quote_within_another_leads_to_the_same_passage() -> None:
    html = SafeString("<p>I get up at six because the bus leaves.</p>")
    page, found = marked(html, [("a", "up at six because"), ("b", "six because the"), ("c", "bus")])
    assert found == {"a": "a", "b": "a", "c": "c"}
    assert page.count("<mark") == 2


def test_a_quote_leads_nowhere_while_it_is_being_written(
    client: Client, alice: User, submission: Submission
) -> None:
    point = {"quote": submission.body[:20], "comment": "This."}
    AIFeedback.objects.update(draft={"summary": "So far", "strengths": [point]})
    client.force_login(alice)
    page = client.get(submission.get_absolute_url()).content.decode()
    assert "Still writing" in page
    assert 'href="#strengths' not in page and "<mark" not in page


def test_the_author_says_that_it_is_wrong(
    client: Client, alice: User, charlie: User, submission: Submission, stub_model: StubModelServer
) -> None:
    stub_model.answers_everything()
    ai_feedback.write(submission.ai_feedback.pk)
    client.force_login(alice)
    path = f"/submissions/{submission.pk}/feedback/wrong/"
    client.post(path, {"note": "I did name the bus."})
    feedback = AIFeedback.objects.get()
    assert (feedback.is_wrong, feedback.wrong_note) == (True, "I did name the bus.")
    assert feedback.request is not None and feedback.request.is_wrong
    assert "You reported" in client.get(submission.get_absolute_url()).content.decode()
    client.force_login(charlie)
    assert client.post(path).status_code == 404


def test_most_quotes_false_means_once_more_and_then_a_typed_failure(
    alice: User, submission: Submission, stub_model: StubModelServer
) -> None:
    keys = [criterion.key for criterion in submission.challenge.criteria]
    stub_model.answers(a_feedback(keys, quote="I never wrote this."))
    ai_feedback.write(submission.ai_feedback.pk)
    feedback = AIFeedback.objects.get()
    assert feedback.status == "failed"
    assert "not in your work" in feedback.message
    assert len(stub_model.requests) == 2
    assert "0 of 2 quotes" in str(stub_model.requests[1])
