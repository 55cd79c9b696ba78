"""The offline coach's plans from outside: what they refer to, and what they say of a wish."""

from datetime import date, timedelta
from itertools import product

import pytest

from ai.offline.ladders import ladder_for
from ai.offline.plan import plan
from ai.offline.vary import vary
from ai.schemas import Plan, PlanChallenge, PlanInputs, VaryInputs

TODAY = date(2026, 11, 24)
FIELDS = ["languages", "programming", "music", "fitness", "writing", "maths", "other"]
LEVELS = ["beginner", "intermediate", "advanced", ""]
# Words that look back at another challenge, and a piece of that one's title.
LOOKS_BACK = {
    "your first test": "a gentle test",
    "your plan for two weeks": "A week that fits your life",
    "first recording right after": "a first recording",
    "since the first recording": "a first recording",
    "by which you found your gaps": "Find your gaps",
    "those first problems": "Find your gaps",
}


def asked(**changes: object) -> PlanInputs:
    fields = {"title": "Reach it", "category": "other", "level": "beginner", "today": TODAY}
    return PlanInputs.model_validate(fields | changes)


def wishes(category: str) -> list[str]:
    return ["", "easier", *(f"more {tag}" for tag in ladder_for(category).tag_words)]


def misses(challenge: PlanChallenge, titles: list[str]) -> list[str]:
    rubric = " ".join(criterion.description for criterion in challenge.rubric)
    text = f"{challenge.instructions} {rubric}"
    return [
        words
        for words, title in LOOKS_BACK.items()
        if words in text and not any(title in other for other in titles)
    ]


@pytest.mark.parametrize("category", FIELDS)
def test_no_plan_speaks_of_a_challenge_that_it_does_not_hold(category: str) -> None:
    for level, days, wish in product(LEVELS, [5, 21, 35, 56, 300], wishes(category)):
        target = TODAY + timedelta(days=days)
        made = plan(asked(category=category, level=level, target_date=target, wish=wish))
        titles = [challenge.title for challenge in made.challenges]
        for challenge in made.challenges:
            assert misses(challenge, titles) == [], (level, days, wish, titles)


@pytest.mark.parametrize("category", FIELDS)
def test_every_look_back_in_a_ladder_is_marked(category: str) -> None:
    """What is not marked as a reference speaks of no other step, in no words that do so."""
    ladder = ladder_for(category)
    titles = {step.title for step in ladder.steps}
    for step in ladder.steps:
        rubric = " ".join(description for _name, description, _weight in step.rubric)
        alone = step.refers or step
        if step.refers:
            assert step.refers.to in titles - {step.title}
        for words in [
            *LOOKS_BACK,
            "first test",
            "first challenge",
            "your first try",
            "Follow your",
        ]:
            assert words not in f"{alone.task} {alone.hand_in} {rubric}"


def test_a_plan_looks_back_where_it_can() -> None:
    long = plan(asked(category="fitness", title="Run 10 kilometres"))
    assert "comparison with your first test" in long.challenges[-1].instructions
    knows = plan(asked(category="fitness", title="Run 10 kilometres", level="intermediate"))
    assert "first test" not in knows.model_dump_json()
    # The learner did the test before.
    done = ["Where you stand in running: a gentle test"]
    again = plan(
        asked(
            category="fitness",
            title="Run 10 kilometres",
            level="intermediate",
            existing_titles=done,
        )
    )
    assert "comparison with your first test" in again.challenges[-1].instructions


def test_another_one_looks_back_only_at_what_is_there() -> None:
    made = plan(asked(category="fitness", title="Run 10 kilometres", level="intermediate"))
    here = made.challenges[0]
    inputs = VaryInputs(
        goal="Run 10 kilometres",
        category="fitness",
        how="again",
        existing_titles=[c.title for c in made.challenges],
        **here.model_dump(exclude={"milestone"}),
    )
    for _turn in range(8):
        other = vary(inputs)
        challenge = PlanChallenge(milestone=None, **other.model_dump())
        assert misses(challenge, inputs.existing_titles) == []
        refused = [*inputs.refused_titles, other.title]
        inputs = inputs.model_copy(update={"refused_titles": refused})


class TestWishes:
    @pytest.mark.parametrize("category", FIELDS)
    def test_easier_asks_less_of_every_challenge_and_takes_less_time(self, category: str) -> None:
        plain, easier = (
            plan(asked(category=category)),
            plan(asked(category=category, wish="easier")),
        )
        for before, after in zip(plain.challenges, easier.challenges, strict=True):
            assert after.title == before.title
            assert after.minutes < before.minutes
            assert after.difficulty <= before.difficulty
            assert after.instructions.startswith("Easier than it says below: ")
            assert after.instructions.endswith(before.instructions)
        assert "Your wish shaped it: easier." in easier.summary
        assert "asks for less and takes about a third less time" in easier.summary
        ratio = minutes(easier) / minutes(plain)
        assert 0.6 < ratio < 0.75

    def test_easier_with_more_practice_takes_less_time_and_has_more_practice(self) -> None:
        short = {"category": "programming", "target_date": TODAY + timedelta(days=28)}
        plain = plan(asked(**short))
        made = plan(asked(wish="easier, more practice", **short))
        assert minutes(made) < 0.85 * minutes(plain)
        assert practised(made) > practised(plain)
        assert "Your wish shaped it: easier, more practice." in made.summary

    def test_a_wish_that_changed_nothing_is_not_claimed(self) -> None:
        # Nothing was left out that there could be more of.
        inputs = {"category": "languages", "title": "Learn Spanish"}
        for tag in ladder_for("languages").tag_words:
            made, plain = plan(asked(wish=f"more {tag}", **inputs)), plan(asked(**inputs))
            claims = "Your wish shaped it" in made.summary
            assert claims == (made.challenges != plain.challenges)
            assert claims != ("changed nothing in this ladder" in made.summary)

    def test_a_part_that_was_not_understood_is_named(self) -> None:
        made = plan(asked(wish="easier, more sunshine please"))
        assert "shaped it: easier." in made.summary
        assert "changed nothing in this ladder: more sunshine please." in made.summary

    def test_harder_asks_for_more_within_the_time(self) -> None:
        made = plan(asked(wish="harder", hours_per_week=2))
        assert all(
            c.instructions.startswith("Harder than it says below: ") for c in made.challenges
        )
        assert minutes(made) <= 2 * 60 * 8
        assert "Each challenge asks for more." in made.summary


def minutes(made: Plan) -> int:
    return sum(challenge.minutes for challenge in made.challenges)


def practised(made: Plan) -> int:
    practice = [s.title for s in ladder_for("programming").steps if "practice" in s.tags]
    heads = {title.split("{")[0].strip() for title in practice}
    return sum(any(c.title.startswith(head) for head in heads) for c in made.challenges)


# Titles of which a plan made broken sentences: the field, what it may not say, what it says.
BROKEN = [
    ("other", "How do I draw faces?", "faces?.", "How do I draw faces? Decide"),
    (
        "languages",
        "Learn Arabic well enough to order dinner in Cairo",
        "well enough in, for Arabic, enough.",
        "phrases in Arabic that you need for your goal.",
    ),
    ("languages", "تعلم اللغة العربية", "real your, for تعلم", "Forty words in Arabic"),
    ("languages", "ኣማርኛ", "real your, for ኣማርኛ", "Two real minutes in your new language"),
    ("languages", "学习中文", "for 学习中文", "Forty words in Chinese"),
    ("languages", "Ich möchte Deutsch lernen", "for Ich", "Forty words in German"),
    ("languages", "Выучить русский язык", "for Выучить", "Forty words in Russian"),
    ("languages", "🇪🇸 Spanish!", "for 🇪🇸", "need for your goal"),
    ("languages", "How do I become fluent in German?", "for how do", "need for your goal"),
    ("languages", "Can I learn Dutch in 6 months?", "for can I", "need for your goal"),
    ("languages", "Learn enough Italian to get by", "enough Italian that", "need for your goal"),
    ("languages", "Speak Klingon", "your new language", "Forty words in Klingon"),
    ("programming", "Build a todo app 🚀", "your todo app 🚀", "for your todo app"),
    (
        "programming",
        "Learn Python well enough to automate my job",
        "for Python well",
        "for your goal",
    ),
    ("programming", "What is recursion?", "with what is", "to do with recursion,"),
    ("programming", "Become a data scientist", "your data scientist", "to do with your goal"),
    ("music", "Be able to sing in tune", "your tune", "in your piece"),
    ("music", "Improvise over a blues", "with over", "to do with your blues"),
    ("music", "Klavier spielen lernen", "with Klavier", "to do with your goal"),
    ("fitness", "Learn to swim well enough to cross the lake", "well enough.", "swimming"),
    ("fitness", "Can I run a marathon?", "for can I", "matters most for running a marathon"),
    ("fitness", "الجري", "for الجري", "matters most for your goal"),
    ("fitness", "Be able to do 10 pull-ups", "for do", "matters most for your 10 pull-ups"),
    ("writing", "Learn to write well enough to publish a story", "your well", "your story"),
    ("writing", "Why is my writing boring?", "why is your", "touches your text"),
    ("writing", "Be able to write better emails", "your better", "touches your emails"),
    ("maths", "What is a derivative?", "in what is", "Find your gaps in the derivative"),
    ("maths", "Get over my fear of maths", "your fear", "Find your gaps in maths"),
    ("maths", "数学", "in 数学", "Find your gaps in maths"),
    ("other", "How do I draw faces?", "at how do", "a first try at drawing faces"),
    ("other", "Learn to knit a scarf 🧣", "scarf 🧣 right", "at knitting a scarf right now"),
    (
        "other",
        "Take care of " + "very " * 30 + "old roses",
        "very… right",
        "at your goal right now",
    ),
]


@pytest.mark.parametrize(("category", "title", "broken", "said"), BROKEN)
def test_a_title_of_any_kind_makes_whole_sentences(
    category: str, title: str, broken: str, said: str
) -> None:
    made = plan(asked(category=category, title=title, target_date=TODAY + timedelta(days=300)))
    text = "\n".join(f"{c.title}\n{c.instructions}" for c in made.challenges)
    for fragment in broken.split(", "):
        assert fragment not in text
    assert said in text
