"""Rubrics to begin with, one for each kind of work. They are copied, then the learner's own."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from challenges.rubrics import default_rubric, key_for

type Text = str | Promise


@dataclass(frozen=True)
class Row:
    """A criterion, with what excellent, fair and missing work looks like."""

    name: Text
    weight: int
    description: Text
    excellent: Text
    fair: Text
    missing: Text


@dataclass(frozen=True)
class Preset:
    key: str
    name: Text
    rows: tuple[Row, ...] = ()

    def rubric(self) -> list[dict[str, Any]]:
        """Return a copy of the rubric, in the reader's language."""
        if not self.rows:
            return default_rubric()
        taken: set[str] = set()
        rubric = []
        for row in self.rows:
            key = key_for(str(row.name), taken)
            taken.add(key)
            levels = ((100, row.excellent), (50, row.fair), (0, row.missing))
            rubric.append(
                {
                    "key": key,
                    "name": str(row.name),
                    "description": str(row.description),
                    "weight": row.weight,
                    "levels": [{"score": score, "text": str(text)} for score, text in levels],
                }
            )
        return rubric


PRESETS = (
    Preset("plain", _("Plain: any kind of work")),
    Preset(
        "text",
        _("A text: essay, report, letter"),
        (
            Row(
                _("Says one thing"), 35, _("A reader can repeat its point in a sentence."),
                _("Each paragraph moves the point on; none could be left out"),
                _("The point is there, between others"), _("No point can be found"),
            ),
            Row(
                _("Rests on something"), 35, _("Claims stand beside what carries them."),
                _("Each claim has a reason or source that one can check, and its limits"),
                _("Reasons are given, some of them weak"), _("Claims alone"),
            ),
            Row(
                _("Reads well"), 30, _("Sentences are plain; nothing is read twice."),
                _("Could be read aloud without stumbling"),
                _("Clear after a second reading"), _("Hard to follow"),
            ),
        ),
    ),
    Preset(
        "code",
        _("Code: a program or a change to one"),
        (
            Row(
                _("Does what was asked"), 40, _("It runs, on the usual and the unusual input."),
                _("Handles empty, wrong and large input, and shows how that was tried"),
                _("Works on the usual input"), _("Does not run"),
            ),
            Row(
                _("Can be trusted"), 30, _("Tests fail when the behaviour breaks."),
                _("Tests guard what users would miss, and were seen to fail"),
                _("Some tests, on the happy path"), _("Nothing but hope"),
            ),
            Row(
                _("Can be changed"), 30, _("Names and structure say what it does."),
                _("Somebody new would find the place to change at once"),
                _("Readable, with knots"), _("Only its author understands it"),
            ),
        ),
    ),
    Preset(
        "performance",
        _("A performance: played, sung, spoken, recorded"),
        (
            Row(
                _("Goes through"), 40, _("From start to end in one take, in time."),
                _("Whole, in time, and a slip does not stop it"),
                _("Whole, with stops"), _("Breaks off"),
            ),
            Row(
                _("Says something"), 30, _("Loudness, pace and pauses serve the piece."),
                _("A listener would want to hear it again"),
                _("Even and safe"), _("Notes or words only"),
            ),
            Row(
                _("Heard oneself"), 30, _("What went wrong is named, with time and cause."),
                _("Names the slip, its cause and what to practise"),
                _("Names the slip"), _("Nothing is said of it"),
            ),
        ),
    ),
    Preset(
        "proof",
        _("A proof or a solution"),
        (
            Row(
                _("True"), 50, _("Each step follows; none is missing."),
                _("A strict reader finds no gap"),
                _("The idea carries; one step is missing"), _("A step is false"),
            ),
            Row(
                _("Reasons"), 30, _("It says what is used, and where."),
                _("Each step names the definition or theorem that it rests on"),
                _("The main steps have reasons"), _("Lines without words"),
            ),
            Row(
                _("Order"), 20, _("Letters are introduced, the claim is stated."),
                _("Could stand in a book"), _("One finds one's way"), _("A heap of formulas"),
            ),
        ),
    ),
    Preset(
        "practice",
        _("A practice log: training over days"),
        (
            Row(
                _("Kept"), 40, _("An entry for each session, with numbers."),
                _("All sessions, the bad ones too, with date and numbers"),
                _("Most sessions"), _("One or two entries"),
            ),
            Row(
                _("Harder by small steps"), 30, _("One thing changes at a time."),
                _("Each step has a reason, and rest is planned"),
                _("Steps can be seen"), _("The same each time"),
            ),
            Row(
                _("Learned from"), 30, _("What the numbers show, and what they do not."),
                _("A pattern that the log really shows, and a change that follows"),
                _("An impression"), _("Nothing"),
            ),
        ),
    ),
    Preset(
        "conversation",
        _("A conversation, in a language or in an interview"),
        (
            Row(
                _("Understood"), 40, _("Both sides follow without help."),
                _("Misunderstandings are noticed and mended in the language itself"),
                _("Understood with some guessing"), _("Breaks down"),
            ),
            Row(
                _("Two-way"), 30, _("Asks, listens, and answers what was said."),
                _("Each reacts to what the other just said"),
                _("Questions and answers in turn"), _("A monologue"),
            ),
            Row(
                _("Gaps used"), 30, _("What could not be said is named and learned."),
                _("Each gap is named and filled, and used again"),
                _("Gaps are listed"), _("No gap is named"),
            ),
        ),
    ),
)  # fmt: skip
BY_KEY = {preset.key: preset for preset in PRESETS}


def chosen(key: str) -> list[dict[str, Any]] | None:
    """Return the rubric of a preset by its key, or None where there is none."""
    preset = BY_KEY.get(key)
    return preset.rubric() if preset else None
