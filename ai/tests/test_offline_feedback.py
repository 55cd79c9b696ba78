"""The offline coach's feedback on works that say how to reach somebody."""

import pytest

from ai.offline.contacts import contacts
from ai.offline.feedback import feedback
from ai.schemas import Criterion, FeedbackInputs

STORY = (
    "I planned my week for running because I wanted to reach ten kilometres. On Monday I ran four "
    "kilometres in 26 minutes along the river. On Thursday it rained, so I did the short version. "
    "On Sunday I ran 5.5 kilometres and my pulse stayed below 150 because I began slowly."
)
RUBRIC = [
    Criterion(key="plan", name="Plan", description="Days and kilometres are named.", weight=60),
    Criterion(key="why", name="Why", description="Reasons are given for the running.", weight=40),
]


def told(body: str) -> FeedbackInputs:
    return FeedbackInputs(
        challenge_title="A week of running",
        instructions="Run three times in a week. Hand in days, kilometres and reasons.",
        rubric=RUBRIC,
        body=body,
    )


@pytest.mark.parametrize(
    ("sentence", "address"),
    [
        ("I am Zoë and my mail is zoe@example.org.", "zoe@example.org"),
        ("Call me in London on +44 20 7946 0958 about it.", "+44 20 7946 0958"),
        ("My number at home in Berlin is 030/1234567 on Monday.", "030/1234567"),
        ("In Paris I can be reached at 06 12 34 56 78 because I run.", "06 12 34 56 78"),
        ("Write to Tom in Boston or ring (617) 555-0123 for it.", "(617) 555-0123"),
    ],
)
@pytest.mark.parametrize("length", [0, 1, 2])
def test_an_address_is_not_praised_and_reviewers_are_named(
    sentence: str, address: str, length: int
) -> None:
    body = "\n\n".join([sentence, *[STORY] * length])
    answer = feedback(told(body))
    assert not any(point.quote in sentence for point in answer.strengths)
    first = answer.improvements[0]
    assert first.quote == address
    assert "Whoever reviews your work sees this" in first.comment
    assert "leave out your name" in first.comment
    assert [p.quote for p in answer.improvements].count(address) == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "The running plan of 3 days and 12 kilometres is on https://example.org/plan as well.",
        "I took the kilometres and the days of my plan from [a site](https://example.org/plan).",
        "I took the kilometres and the days of my running plan from www.example.org in June.",
    ],
)
def test_a_sentence_with_a_link_is_not_what_works(sentence: str) -> None:
    answer = feedback(told(f"{sentence}\n\n{STORY}"))
    assert answer.strengths
    assert not any(point.quote in sentence for point in answer.strengths)
    assert not any("reviews" in point.comment for point in answer.improvements)


@pytest.mark.parametrize(
    "text",
    [
        "On 2026-11-29 I ran 12 km, 15 km and 20 km at 07:30.",
        "Sets: 12 15 20 18 25 30 and 0.25 0.50 0.75 1.00.",
        "Clone it with git@github.com:me/it.git and see `me@example.org`.",
        "```\nmail = 'me@example.org'\n```\nThat is all.",
        "It took 00:26:30, then 01 02 03, and 1 234 567 890 steps in a year.",
        "The matrix has 010 110 101 in it; pi is 3.14159265358979.",
        "Room 020 is on floor 3. Version 0.12.345-678.",
    ],
)
def test_other_numbers_and_code_are_nobodys_address(text: str) -> None:
    assert list(contacts(text)) == []


def test_a_sound_work_is_told_nothing_of_addresses() -> None:
    answer = feedback(told(STORY))
    assert answer.strengths
    assert not any("reviews" in point.comment for point in answer.improvements)


@pytest.mark.parametrize("body", [STORY, f"{STORY} {STORY}", "I ran on Monday and it was good."])
def test_the_next_step_says_something_else_than_the_marked_sentences(body: str) -> None:
    answer = feedback(told(body))
    assert answer.improvements
    for point in answer.improvements:
        assert point.quote not in answer.next_step
        assert point.comment not in answer.next_step
