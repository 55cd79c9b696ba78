"""The ladder for writing."""

from django.utils.translation import gettext_noop as _

from ai.offline.ladders.shape import Demand, Ladder, Rubric, Step

_SEEN: Rubric = (
    (_("Concrete"), _("Things that can be seen, heard or touched instead of general words."), 40),
    (_("Own voice"), _("Says what only you could say; no stock phrases."), 35),
    (_("Choice"), _("Says what was left out and why."), 25),
)
_DRAFT: Rubric = (
    (_("Complete"), _("Has a beginning, a middle and an end that answers the beginning."), 35),
    (_("Development"), _("Each paragraph adds something new: a reason, a turn, an example."), 35),
    (_("Reader"), _("A reader who knows nothing of it can follow and wants to go on."), 30),
)
_REVISED: Rubric = (
    (_("Changes"), _("Shows passages before and after, and real changes, not only spelling."), 40),
    (_("Reasons"), _("Says why each change serves the reader."), 35),
    (_("Language"), _("Sentences are clear, active and free of needless words."), 25),
)
_READER: Rubric = (
    (_("Observation"), _("Quotes exact words and says what they do to the reader."), 40),
    (_("Craft"), _("Names the means: point of view, rhythm, structure, evidence."), 30),
    (_("Use"), _("Tries one of the means in a passage of your own."), 30),
)
_PROOF: Rubric = (
    (_("Goal reached"), _("The text that the goal asks for is there, whole and finished."), 45),
    (_("Craft"), _("Structure, voice and language carry the reader to the end."), 30),
    (_("Reflection"), _("Says what changed from first draft to last and what comes next."), 25),
)

LADDER = Ladder(
    subjects=(
        "short story",
        "short stories",
        "novel",
        "memoir",
        "poetry",
        "poem",
        "essay",
        "essays",
        "blog",
        "newsletter",
        "screenplay",
        "thesis",
        "dissertation",
        "journalism",
        "technical writing",
        "documentation",
        "speech",
        "letters",
        "journal",
        "report",
        "article",
        "fiction",
        "non-fiction",
        "lyrics",
        "fantasy",
        "cover letter",
        "grant proposal",
    ),
    subject_otherwise=_("your text"),
    focus_otherwise=_("your text"),
    work_otherwise=_("your text"),
    tag_words={
        "drafting": ("draft", "write", "start", "block", "finish", "habit"),
        "revising": ("revis", "edit", "improve", "style", "clear", "concise"),
        "reading": ("read", "learn from", "model", "analys"),
        "character": ("character", "dialog", "story", "fiction", "plot", "novel"),
        "argument": ("argument", "essay", "thesis", "persua", "evidence", "research"),
        "publishing": ("publish", "blog", "reader", "audience", "feedback", "submit"),
    },
    stages=(
        _("Words on the page, every week"),
        _("A shape for {work}"),
        _("A draft that others can read"),
        _("Finished, and with its readers"),
    ),
    demands={
        _SEEN: Demand(
            _("half of the days or words is enough, with one lively passage or one sense."),
            _(
                "half as many days or words again, and one passage seen through the eyes of "
                "somebody else."
            ),
        ),
        _DRAFT: Demand(
            _("half the length is enough, and single points and unfinished sentences are welcome."),
            _("half as long again, and a second version with another beginning or order."),
        ),
        _REVISED: Demand(
            _("half of the text is enough, with one round of changes."),
            _("half as much text again, and one reader more who tells you what changed for them."),
        ),
        _READER: Demand(
            _("one quote and half of the words of your own are enough."),
            _("take two texts that do it differently, and write half as many words again."),
        ),
        _PROOF: Demand(
            _("a shorter text is enough if it is whole, and one reader."),
            _("show it to three readers or send it out, and revise it once more by what they say."),
        ),
    },
    steps=(
        Step(
            _("Ten minutes, five times"),
            _(
                "Write for ten minutes on five days without stopping or deleting, about anything "
                "that touches {focus}. On the sixth day, read all of it and mark the three "
                "liveliest passages."
            ),
            _("the three passages as they are, and what makes each of them alive."),
            1,
            75,
            ("drafting",),
            _SEEN,
        ),
        Step(
            _("One moment, seen closely"),
            _(
                "Choose one moment that belongs to {focus}. Write 150 to 200 words about it with "
                "at least three senses and no word that names a feeling. Then strike a tenth of "
                "the words."
            ),
            _("the text before and after, and why you struck what you struck."),
            1,
            60,
            ("drafting", "revising"),
            _SEEN,
        ),
        Step(
            _("Steal like a reader"),
            _(
                "Choose a page of a text you admire, of the kind you want to write. "
                "Find out how it does what it does: first and last sentence, order, rhythm, what "
                "is not said. Write 100 words of your own with one of these means."
            ),
            _("three short quotes with what each does, and your 100 words."),
            2,
            75,
            ("reading",),
            _READER,
        ),
        Step(
            _("For whom, what, why: one page about {work}"),
            _(
                "Write down who will read it, what they know, what should be "
                "different for them at the end, and the one sentence that it is all about. Try "
                "three different first sentences."
            ),
            _("the page and the three first sentences with the one you choose and why."),
            2,
            60,
            ("argument", "publishing"),
            _DRAFT,
        ),
        Step(
            _("Two voices"),
            _(
                "Write a scene or an exchange of 200 words in which two people want different "
                "things, or two positions meet, if possible for {work}. Neither says straight "
                "out what they want."
            ),
            _("the text, and in one sentence each what the two want."),
            2,
            60,
            ("character", "drafting"),
            _DRAFT,
        ),
        Step(
            _("The shape of {work}"),
            _(
                "Outline your text in seven to twelve lines. Each line says what happens or "
                "is claimed, and why the reader goes on. Move two lines and see what gets better."
            ),
            _("both outlines, what you moved and why, and the line that is still weak."),
            3,
            75,
            ("argument", "character"),
            _DRAFT,
        ),
        Step(
            _("A bad first draft of the hardest part"),
            _(
                "Find the part of your text that you avoid. Draft it in one sitting, 300 to "
                "500 words, without looking back. Afterwards mark what surprises you and what is "
                "false."
            ),
            _("the draft as it is, with your marks."),
            3,
            90,
            ("drafting",),
            _DRAFT,
        ),
        Step(
            _("Revise 300 words three times"),
            _(
                "Take 300 words of yours. Revise once for structure, once for sentences, once "
                "for single words, and read aloud in between. Keep all versions."
            ),
            _("three passages before and after, and the reason for each change."),
            3,
            90,
            ("revising",),
            _REVISED,
        ),
        Step(
            _("A full draft, read by somebody"),
            _(
                "Finish a full draft of {work}, or a chapter that stands by itself. Ask "
                "one reader: where were you bored, where lost, what do you remember? Do not "
                "defend it."
            ),
            _("the draft or a link, what the reader said, and what you will change."),
            4,
            180,
            ("drafting", "publishing"),
            _REVISED,
        ),
        Step(
            _("Proof: {goal}"),
            _(
                "Finish what your goal says: {goal}. Let it lie for two days, revise it once "
                "more, proofread it aloud, and show it to its readers."
            ),
            _("the text or a link, the three changes that mattered most, and what comes next."),
            5,
            180,
            ("publishing", "revising"),
            _PROOF,
        ),
    ),
)
