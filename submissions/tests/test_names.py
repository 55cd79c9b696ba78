"""A text that says who wrote it is shown once more before it goes; nothing is ever refused."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from challenges.models import Challenge
from learnquest.core.text import one_line
from reviews import after, peer_review
from reviews.models import Answer, PeerReview
from submissions import names
from submissions.models import Submission
from tests.factories import WORDS, answers, claim, make_review, make_submission, make_user

SIGNED = "I spoke with the baker about bread for ten minutes.\n\nYours, Ada Lovelace"


@pytest.fixture
def ada() -> User:
    return User(username="ada_l", display_name="Ada Lovelace", email="ada@example.org")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I am ADA LOVELACE.", ["I am ADA LOVELACE."]),
        ("Written by Ada.", ["Written by Ada."]),
        ("The Lovelace\u2019s engine", ["The Lovelace\u2019s engine"]),
        ("See github.com/Ada_L/x", ["See github.com/Ada_L/x"]),
        ("Ask ada@example.org!", ["Ask ada@example.org!"]),
        ("Ada\nLovelace", ["Ada Lovelace"]),
        # Parts of words, and words that are not written as a name.
        ("Canada, adaptation, Adams", []),
        ("she wrote in ada once", []),
        ("Ask nada@example.org.uk or lovelaces", []),
        ("", []),
    ],
)
def test_whole_names_are_found_and_parts_of_words_are_not(
    ada: User, text: str, found: list[str]
) -> None:
    assert names.passages(text, ada) == found


@pytest.mark.parametrize(
    ("username", "display_name", "text"),
    [
        ("will", "Will", "I will go, Will said."),
        ("learner", "Bo", "Bo is a learner."),
        ("x-1234", "", "Nobody is named."),
        ("x-1234", "May Art", "In May I made Art."),
    ],
)
def test_short_names_and_common_words_tell_nothing(
    username: str, display_name: str, text: str
) -> None:
    person = User(username=username, display_name=display_name, email="someone@example.org")
    assert names.passages(text, person) == []


def test_accents_scripts_and_places_in_a_long_text() -> None:
    person = User(username="zoe-9", display_name="Zo\u00eb", email="z@example.org")
    assert names.passages("Zoe\u0308 was here", person) == ["Zo\u00eb was here"]
    (passage,) = names.passages(f"{'word ' * 40}Zo\u00eb{' word' * 40}", person)
    assert passage.startswith("\u2026") and passage.endswith("\u2026") and "Zo\u00eb" in passage
    assert len(names.passages("Zo\u00eb. " * 50, person)) == names.MOST_PASSAGES
    kanji = User(username="k-77", display_name="\u5c71\u7530\u592a\u90ce", email="k@example.org")
    assert names.passages("by \u5c71\u7530\u592a\u90ce.", kanji)


def test_a_link_is_read_as_people_read_it(ada: User) -> None:
    assert names.in_work("", "https://example.org/Ada%20Lovelace/", ada)
    assert names.in_work("", "https://ada_l.github.io/", ada)
    assert not names.in_work("", "https://example.org/canada/", ada)


@pytest.fixture
def signed(alice: User) -> User:
    alice.display_name = "Ada Lovelace"
    alice.save()
    return alice


def test_handing_in_asks_once_and_then_takes_it(
    client: Client, signed: User, challenge: Challenge
) -> None:
    client.force_login(signed)
    url = f"/challenges/{challenge.pk}/work/"
    hand_in = f"/challenges/{challenge.pk}/hand-in/"
    sent = {"body": SIGNED, "link": ""}
    asked = client.post(hand_in, sent)
    html = one_line(asked.content.decode())
    assert asked.status_code == 422 and "this seems to say who you are" in html
    assert "<q>" in html and 'name="anyway"' in html
    # Nothing of it is lost meanwhile.
    draft = Submission.objects.get()
    assert (draft.status, draft.body) == ("draft", SIGNED)
    assert "Ada Lovelace" in client.get(url).content.decode()
    assert client.post(hand_in, {"body": "", "anyway": "1"}).status_code == 422
    done = client.post(hand_in, sent | {"anyway": "1"})
    draft.refresh_from_db()
    assert done.status_code == 302 and draft.status == "submitted"


def test_a_text_without_names_is_handed_in_at_once(
    client: Client, signed: User, challenge: Challenge
) -> None:
    client.force_login(signed)
    sent = {"body": "I spoke with the baker about bread.", "link": ""}
    assert client.post(f"/challenges/{challenge.pk}/hand-in/", sent).status_code == 302


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(path, json.dumps(body), content_type="application/json")


def test_the_api_hints_and_refuses_nothing(
    client: Client, signed: User, mona: User, challenge: Challenge
) -> None:
    client.force_login(signed)
    kept = post(client, "/api/submissions/", challenge=challenge.pk, body=SIGNED, hand_in=False)
    assert kept.status_code == 200 and "Ada Lovelace" in kept.json()["names_you"][0]
    sent = post(client, "/api/submissions/", challenge=challenge.pk, body=SIGNED)
    assert sent.status_code == 201 and len(sent.json()["names_you"]) == 1
    # To nobody else is said that these are the author's names.
    client.force_login(mona)
    assert client.get(f"/api/submissions/{sent.json()['id']}").json()["names_you"] == []


@pytest.fixture
def settled(challenge: Challenge, bob: User, carol: User) -> PeerReview:
    work = make_submission(challenge)
    review = make_review(work, bob)
    make_review(work, carol)
    review.refresh_from_db()
    return review


def test_an_answer_asks_once_and_keeps_its_words(
    client: Client, signed: User, charlie: User, settled: PeerReview
) -> None:
    url, text = f"/reviews/{settled.pk}/answers/", "Thank you! Yours, Ada Lovelace"
    client.force_login(signed)
    asked = client.post(url, {"text": text})
    html = asked.content.decode()
    assert asked.status_code == 422 and "You have not exchanged names" in html and text in html
    assert f"{settled.submission.get_absolute_url()}#after-{settled.pk}" in html
    assert not Answer.objects.exists()
    # A refusal keeps the words as well.
    refused = client.post(url, {"text": "a" * 1001})
    assert refused.status_code == 422 and "a" * 1001 in refused.content.decode()
    client.force_login(charlie)
    assert client.post(url, {"text": text, "anyway": "1"}).status_code == 404
    client.force_login(signed)
    assert client.post(url, {"text": text, "anyway": "1"}).status_code == 302
    assert Answer.objects.get().text == text


def test_who_has_exchanged_names_may_sign(
    client: Client, signed: User, bob: User, settled: PeerReview
) -> None:
    api = f"/api/reviews/{settled.pk}/answers"
    client.force_login(signed)
    assert post(client, api, text="I am Ada Lovelace.").json()["names_you"]
    for side in (signed, bob):
        after.show_name(review=settled, by=side)
    assert post(client, api, text="I am Ada Lovelace.").json()["names_you"] == []
    url = f"/reviews/{settled.pk}/answers/"
    assert client.post(url, {"text": "Ada Lovelace here."}).status_code == 302
    client.force_login(bob)
    assert [line["names_you"] for line in client.get(api).json()] == [[], [], []]


def test_a_review_that_is_signed_gets_one_more_look(client: Client, submission: Submission) -> None:
    grace = make_user(username="grace-hopper", display_name="Grace Hopper")
    review = claim(submission, grace)
    client.force_login(grace)
    keys = [criterion.key for criterion in submission.challenge.criteria]
    sent = {
        **{f"score_{key}": "75" for key in keys},
        **{f"comment_{key}": "I could follow each step." for key in keys},
        "overall": f"{WORDS} Grace Hopper",
        "version": peer_review.version_of(review),
    }
    asked = client.post(f"/reviews/{review.pk}/send/", sent)
    html = asked.content.decode()
    assert asked.status_code == 422 and "This seems to say who you are" in html
    assert 'name="anyway"' in html and "Grace Hopper" in html
    body = answers(submission.challenge) | {"overall": sent["overall"], "send": False}
    kept = client.put(f"/api/reviews/{review.pk}", json.dumps(body), "application/json").json()
    assert "Grace Hopper" in kept["names_you"][0]
    done = client.post(
        f"/reviews/{review.pk}/send/", sent | {"anyway": "1", "version": kept["version"]}
    )
    review.refresh_from_db()
    assert done.status_code == 302 and review.status == "submitted"
