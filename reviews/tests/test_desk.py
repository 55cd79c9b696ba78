"""The desk: passages, two tabs, the second look before sending, giving back with a reason."""

import re
import time
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from learnquest.core.errors import Invalid, Stale
from reviews import assignment, peer_review
from reviews.models import PeerReview
from reviews.quotes import COMMENT_LENGTH, MOST_LETTERS, MOST_PASSAGES, anchored, find, text_of
from submissions.models import Submission
from tests.factories import WORDS, answers, claim

EMPTY: dict[str, Any] = {"scores": {}, "comments": {}}


def form(review: PeerReview, **changes: str) -> dict[str, str]:
    """The desk's form as a browser sends it."""
    keys = [criterion.key for criterion in review.submission.challenge.criteria]
    return {
        **{f"score_{key}": "75" for key in keys},
        **{f"comment_{key}": "I could follow each step." for key in keys},
        "overall": WORDS,
        "private_note": "",
        "quote_0": "",
        "quote_comment_0": "",
        "version": peer_review.version_of(review),
        **changes,
    }


@pytest.fixture
def review(bob: User, submission: Submission) -> PeerReview:
    return claim(submission, bob)


@pytest.fixture
def desk(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def test_a_quote_is_found_whatever_the_spaces_and_marks() -> None:
    text = text_of("I asked **how**\nthe bread is made.\n\nShe asked how the cat is.")
    span = find(text, "asked how the bread")
    assert span is not None and text[slice(*span)] == "asked how\nthe bread"
    twice = find(text, "asked how", near=40)
    assert twice is not None and twice[0] > 20
    assert find(text, "not there") is None and find(text, "..") is None


def test_a_passage_keeps_the_works_words_and_their_place(review: PeerReview, bob: User) -> None:
    given = [{"quote": "  BAKER for ten  minutes ", "comment": "Good start."}]
    kept = peer_review.save_draft(review=review, by=bob, overall="", quotes=given, **EMPTY)
    passage = kept.quotes[0]
    text = text_of(review.submission.body)
    assert passage["quote"] == text[passage["start"] : passage["end"]] == "baker for ten minutes"


def test_of_the_same_words_twice_the_nearest_ones_are_meant() -> None:
    text = "one two, one two, one two"
    for near, start in [(None, 0), (-9, 0), (4, 0), (5, 9), (13, 9), (14, 18), (10**9, 18)]:
        found = find(text, "one two", near)
        assert found is not None and found[0] == start
    assert find("aaaaaaaa", "aaa", 6) == (5, 8)


TOO_MUCH = {
    "quotes": [{"quote": "baker", "comment": "Hm."}] * (MOST_PASSAGES + 1),
    "quote_0": [{"quote": "b" * (MOST_LETTERS + 1), "comment": "Hm."}],
    "quote_comment_0": [{"quote": "baker", "comment": "m" * (COMMENT_LENGTH + 1)}],
}


@pytest.mark.parametrize("field", TOO_MUCH)
def test_too_much_is_refused_before_the_work_is_searched(
    desk: Client, review: PeerReview, bob: User, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def search(body: str) -> str:
        pytest.fail("searched")

    monkeypatch.setattr("reviews.quotes.text_of", search)
    quotes = TOO_MUCH[field]
    with pytest.raises(Invalid) as refusal:
        peer_review.save_draft(review=review, by=bob, overall="", quotes=quotes, **EMPTY)
    assert set(refusal.value.errors) == {field}
    given = {"quotes": quotes, "send": False}
    answer = desk.put(f"/api/reviews/{review.pk}", given, content_type="application/json")
    assert answer.status_code == 422
    rows = {f"quote_{n}": one["quote"] for n, one in enumerate(quotes)} | {
        f"quote_comment_{n}": one["comment"] for n, one in enumerate(quotes)
    }
    assert desk.post(f"/reviews/{review.pk}/save/", form(review, **rows)).status_code == 422
    review.refresh_from_db()
    assert review.quotes == []


def test_the_most_that_may_be_quoted_is_found_in_long_work_at_once(
    bob: User, review: PeerReview
) -> None:
    body = "a" * 50_000
    quotes = [{"quote": "a" * MOST_LETTERS, "comment": "Hm.", "start": 25_000}] * MOST_PASSAGES
    began = time.process_time()
    assert anchored(quotes, body)[-1]["start"] == 25_000
    assert time.process_time() - began < 1


def test_a_draft_may_hold_half_a_quote_and_a_review_may_not(review: PeerReview, bob: User) -> None:
    given = [{"quote": "words that nobody wrote", "comment": "Hm."}]
    kept = peer_review.save_draft(review=review, by=bob, overall="", quotes=given, **EMPTY)
    assert kept.quotes[0]["start"] is None
    with pytest.raises(Invalid) as refusal:
        peer_review.submit_review(
            review=review, by=bob, quotes=given, **answers(review.submission.challenge)
        )
    assert "quote_0" in refusal.value.errors


def test_without_scripts_a_passage_is_quoted_in_a_field(
    desk: Client, review: PeerReview, alice: User
) -> None:
    data = form(review, quote_0="ten minutes", quote_comment_0="Long enough to be a talk.")
    assert desk.post(f"/reviews/{review.pk}/save/", data).status_code == 302
    page = desk.get(review.get_absolute_url()).content.decode()
    assert 'data-quote="passage-1"' in page and 'name="quote_1"' in page
    review.refresh_from_db()
    sent = data | {"version": peer_review.version_of(review)}
    assert desk.post(f"/reviews/{review.pk}/send/", sent).status_code == 302
    desk.force_login(alice)
    read = desk.get(review.submission.get_absolute_url()).content.decode()
    assert "Long enough to be a talk." in read
    assert "1 of 2 reviews done" in read


def test_two_tabs_do_not_overwrite_each_other(desk: Client, review: PeerReview) -> None:
    opened = form(review)
    assert desk.post(f"/reviews/{review.pk}/save/", opened | {"overall": "One"}).status_code == 302
    for way in ("save", "send"):
        page = desk.post(f"/reviews/{review.pk}/{way}/", opened | {"overall": "Two, other words"})
        text = page.content.decode()
        assert page.status_code == 409 and "One" in text and "Two, other words" in text
    panel = desk.post(
        f"/reviews/{review.pk}/save/",
        opened | {"overall": "Three"},
        headers={"HX-Request": "true"},
    )
    assert panel.status_code == 409 and b"Keep mine" in panel.content
    review.refresh_from_db()
    assert review.overall == "One"
    newest = opened | {"overall": "Two", "version": peer_review.version_of(review)}
    assert desk.post(f"/reviews/{review.pk}/save/", newest).status_code == 302


def test_the_same_words_twice_harm_nobody(review: PeerReview, bob: User) -> None:
    for _ in range(2):
        peer_review.save_draft(review=review, by=bob, overall="Same", version="", **EMPTY)
    with pytest.raises(Stale):
        peer_review.save_draft(review=review, by=bob, overall="Other", version="", **EMPTY)


def test_the_api_answers_412_with_what_is_there(desk: Client, review: PeerReview) -> None:
    path = f"/api/reviews/{review.pk}"
    body = {"overall": "One", "send": False, "version": ""}
    first = desk.put(path, body, "application/json")
    assert first.status_code == 200 and first.json()["version"]
    second = desk.put(path, body | {"overall": "Two"}, "application/json")
    assert second.status_code == 412 and second.json()["current"]["overall"] == "One"


def test_what_is_missing_stands_where_the_page_begins_and_leads_to_its_place(
    desk: Client, review: PeerReview
) -> None:
    key = review.submission.challenge.criteria[0].key
    sent = form(review, overall="", quote_0="words of another work")
    sent |= {name: "" for name in sent if name.startswith("comment_")}
    sent.pop(f"score_{key}")
    answer = desk.post(f"/reviews/{review.pk}/send/", sent)
    assert answer.status_code == 422
    page = answer.text
    head, _between, _rest = page.partition('id="work"')
    assert "<title>Not sent" in page
    assert "autofocus" in head and "The review is not complete yet." in head
    for place in (f"score_{key}", "overall", "quote_0"):
        assert f'href="#{place}"' in head and f'id="{place}"' in page


def test_the_desk_says_what_the_levels_mean(desk: Client, review: PeerReview) -> None:
    challenge = review.submission.challenge
    page = desk.get(f"/reviews/{review.pk}/").text
    assert "What the levels mean" in page and "with small gaps" in page
    for criterion in challenge.rubric:
        criterion["levels"] = [{"score": 50, "text": "Half of the words are spelled right."}]
    challenge.save(update_fields=["rubric"])
    page = desk.get(f"/reviews/{review.pk}/").text
    assert "<b>Fair</b><span>Half of the words are spelled right.</span>" in page
    assert "What the levels mean" not in page


def test_unkind_words_get_a_second_look_and_only_the_reviewer_decides(
    desk: Client, review: PeerReview
) -> None:
    data = form(review, overall="This is stupid and lazy, you describe nothing of the talk.")
    page = desk.post(f"/reviews/{review.pk}/send/", data)
    assert page.status_code == 422 and "may hurt" in page.content.decode()
    review.refresh_from_db()
    assert (review.status, review.overall) == ("claimed", data["overall"])
    again = data | {"anyway": "1", "version": peer_review.version_of(review)}
    assert desk.post(f"/reviews/{review.pk}/send/", again).status_code == 302
    review.refresh_from_db()
    assert review.status == "submitted"


def test_a_review_of_nothing_but_praise_gets_one_too(desk: Client, review: PeerReview) -> None:
    data = {key: "" if "comment" in key else text for key, text in form(review).items()}
    data["overall"] = "Good work, I really liked it, nice job!"
    page = desk.post(f"/reviews/{review.pk}/send/", data)
    assert page.status_code == 422 and "what to do next" in page.content.decode()


def test_the_note_to_moderators_stays_from_the_author(
    desk: Client, review: PeerReview, alice: User
) -> None:
    data = form(review, private_note="I think that I know this text.")
    assert desk.post(f"/reviews/{review.pk}/send/", data).status_code == 302
    desk.force_login(alice)
    for path in (
        review.submission.get_absolute_url(),
        f"/api/submissions/{review.submission_id}",
    ):
        assert "I know this text" not in desk.get(path).content.decode()


def test_bob_reports_work_from_his_desk(desk: Client, review: PeerReview) -> None:
    path = f"/reviews/{review.pk}/release/"
    page = desk.post(path, {"reason": "reported", "note": ""})
    assert page.status_code == 422 and "in a sentence" in page.content.decode()
    assert desk.post(path, {"reason": "reported", "note": "An advert."}).status_code == 302
    review.refresh_from_db()
    assert (review.status, review.released_for) == ("released", "reported")
    assert assignment.open_claim(review.reviewer) is None  # type: ignore[arg-type]


def test_the_api_gives_back_with_a_reason(desk: Client, review: PeerReview) -> None:
    path = f"/api/reviews/{review.pk}/release"
    assert desk.post(path, {"reason": "boredom"}, "application/json").status_code == 422
    assert desk.post(path, {"reason": "no_time"}, "application/json").status_code == 200
    assert PeerReview.objects.get().released_for == "no_time"


@pytest.mark.parametrize("note", ["", "x" * 1001])
def test_a_refused_report_keeps_what_was_said(
    client: Client, bob: User, review: PeerReview, note: str
) -> None:
    client.force_login(bob)
    answer = client.post(f"/reviews/{review.pk}/release/", {"reason": "reported", "note": note})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert re.findall(r'value="(\w+)" checked', html.split('id="give-back"')[1]) == ["reported"]
    assert f"autofocus>{note}</textarea>" in html


def test_saving_and_checking_lead_back_to_where_the_buttons_stand(
    desk: Client, review: PeerReview
) -> None:
    url = review.get_absolute_url()
    for deed, part in (("save", "saved"), ("check", "check")):
        version = peer_review.version_of(PeerReview.objects.get(pk=review.pk))
        answer = desk.post(f"{url}{deed}/", form(review, version=version))
        assert answer.headers["Location"] == f"{url}#{part}"
        assert f'id="{part}"' in desk.get(url).content.decode()
