"""The offline check of a review: what hurts, in which words, and what only sounds so."""

import pytest

from ai.offline.review import is_unkind, review
from ai.schemas import ReviewInputs
from reviews import known_works


@pytest.mark.parametrize(
    "text",
    [
        "You describe nothing of the talk, idiot.",
        "Did you even read the task before you wrote the second line?",
        "kys",
        "Eres un idiota, no dices nada de la panadera.",
        "C'est débile, il manque la troisième phrase.",
        "Das ist lächerlich, der zweite Satz fehlt.",
        "SCHEISSE, der zweite Satz fehlt.",
        "Sei un imbecille, manca la terza battuta.",
        "Isto é patético, falta a terceira frase.",
        "Belachelijk: de derde zin ontbreekt.",
    ],
)
def test_words_that_hurt_are_seen(text: str) -> None:
    assert is_unkind(text)


@pytest.mark.parametrize(
    "text",
    [
        "The joke in line three lands, because the second sentence prepares it.",
        "Bar 12 comes late: count aloud there, at 52.",
        "Say why lazy evaluation saves memory, and what garbage collection does with the rest.",
        "“You idiot” in the dialogue is what your sister said: keep it, it tells who she is.",
        "«tonto» is right for silly, and «bobo» would be softer.",
        "Das Wort im zweiten Satz fehlt, sag es noch einmal.",
        "Il manque la troisième phrase, celle du matin.",
    ],
)
def test_what_only_sounds_so_is_let_be(text: str) -> None:
    assert not is_unkind(text)


def test_none_of_our_own_reasons_would_be_stopped() -> None:
    reasons = [why for work in known_works.read() for why in work.reasons.values()]
    assert len(reasons) > 20
    assert [why for why in reasons if is_unkind(why)] == []


def test_a_comment_is_flagged_once_for_each_kind() -> None:
    comments = {
        "tempo": "Stupid, stupid!",
        "overall": "Bar 12 comes late: count it at 52.",
        "x": "",
    }
    flags = review(ReviewInputs(challenge_title="Eight bars", comments=comments)).flags
    assert [(flag.field, flag.kind) for flag in flags] == [("tempo", "unkind"), ("tempo", "vague")]
