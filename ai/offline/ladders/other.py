"""The ladder for whatever has none of its own."""

from django.utils.translation import gettext_noop as _

from ai.offline.ladders.shape import Demand, Ladder, Rubric, Step

_START: Rubric = (
    (_("Concrete"), _("Names things, numbers and examples instead of general words."), 40),
    (_("Honest"), _("Says what you can, what you cannot, and how you know."), 35),
    (_("Next"), _("Says what follows from it for your practice."), 25),
)
_SOURCES: Rubric = (
    (
        _("Sources"),
        _("At least three, with what each is good for and how far it can be trusted."),
        40,
    ),
    (_("Own words"), _("The main points are told without copying."), 35),
    (_("Questions"), _("Says what is still open or contradictory."), 25),
)
_PRACTICE: Rubric = (
    (_("Done"), _("Several tries with dates, time and what exactly was practised."), 40),
    (_("Findings"), _("Compares the tries and says what made a difference."), 35),
    (_("Change"), _("Says what you will do differently and why."), 25),
)
_WORK: Rubric = (
    (_("Complete"), _("Everything the task asks for is there and can be seen."), 40),
    (_("Quality"), _("Careful work with details, examples and reasons."), 35),
    (_("Self-check"), _("Names what is good and what is weak, with the exact place."), 25),
)
_PROOF: Rubric = (
    (_("Goal reached"), _("What the goal asks for is done and can be checked."), 45),
    (_("Quality"), _("Stands comparison with an example of good work."), 30),
    (_("Reflection"), _("Says how far you have come and what comes next."), 25),
)

LADDER = Ladder(
    subjects=(
        "chess",
        "drawing",
        "painting",
        "photography",
        "cooking",
        "baking",
        "gardening",
        "knitting",
        "sewing",
        "woodworking",
        "public speaking",
        "history",
        "biology",
        "chemistry",
        "physics",
        "philosophy",
        "economics",
        "psychology",
        "meditation",
        "accounting",
        "design",
        "astronomy",
        "law",
        "negotiation",
        "leadership",
        "typing",
        "memory",
        "pottery",
    ),
    subject_otherwise=_("your goal"),
    work_otherwise=_("your goal"),
    focus_is="doing",
    takes_own_words=True,
    tag_words={
        "practice": ("practi", "exercis", "hands-on", "doing", "train"),
        "theory": ("theor", "understand", "read", "learn about", "knowledge", "history"),
        "project": ("project", "make", "build", "create", "finish", "cook", "bake", "draw"),
        "people": ("people", "teach", "talk", "present", "speak", "group", "friend"),
        "feedback": ("feedback", "review", "critic", "mistake"),
    },
    stages=(
        _("You know where you start"),
        _("The basics of {subject}"),
        _("Small things, but finished"),
        _("Goal reached, and others can see it"),
    ),
    demands={
        _START: Demand(
            _("one small part of it is enough, and one difference from the example."),
            _("do it on two days, and compare it with two examples."),
        ),
        _SOURCES: Demand(
            _("half as many terms, parts or words are enough."),
            _(
                "half as many terms, parts or words again, and one source that contradicts the "
                "others."
            ),
        ),
        _PRACTICE: Demand(
            _("half of the days or mistakes is enough, with help where you get stuck."),
            _("half as many days or mistakes again, and the last time in a harder form."),
        ),
        _WORK: Demand(
            _("a smaller piece, about half of it, is enough, with an example beside you."),
            _("a bigger piece, about half as much again, without an example beside you."),
        ),
        _PROOF: Demand(
            _("do it on a smaller scale or in two parts, with help; say where you had it."),
            _("do it without any help, and let somebody who is good at it look at it."),
        ),
    },
    steps=(
        Step(
            _("Where you start with {subject}"),
            _(
                "Do a first try at {focus} right now, with what you know. Write down what you "
                "can do, where you got stuck, and what good work would look like. Find one "
                "example of it."
            ),
            _("your try, the example, and the three biggest differences between them."),
            1,
            60,
            ("practice",),
            _START,
        ),
        Step(
            _("A map of {subject}"),
            _(
                "Find out what belongs to {subject}. Use three different kinds of sources: a "
                "book or course, a person or forum, an example. Put the parts in the order in "
                "which you will learn them."
            ),
            _("the map, the sources with what each is good for, and the part you skip, and why."),
            1,
            60,
            ("theory",),
            _SOURCES,
        ),
        Step(
            _("One basic skill, five times"),
            _(
                "Choose the smallest skill that {focus} needs. Practise it on five days for 15 "
                "minutes, and change one thing each time. Keep the results."
            ),
            _("the log, the first and the last result, and what made the difference."),
            2,
            90,
            ("practice",),
            _PRACTICE,
        ),
        Step(
            _("Ten words of the trade"),
            _(
                "Collect ten terms that people who are good at {subject} use. Explain each in "
                "your own words with an example, and say which one you got wrong "
                "at first."
            ),
            _("the ten terms, explanations and examples."),
            2,
            45,
            ("theory",),
            _SOURCES,
        ),
        Step(
            _("Copy a master"),
            _(
                "Choose a piece of good work in {subject}. Rebuild a part of it as exactly as "
                "you can, and write down each decision that you notice on the way."
            ),
            _("your copy or a description, five decisions, and one that you would not have made."),
            2,
            90,
            ("practice", "project"),
            _WORK,
        ),
        Step(
            _("A small whole, from start to end"),
            _(
                "Make something small but finished that has to do with {focus}. Set a time limit "
                "beforehand. Finished matters more than perfect."
            ),
            _(
                "the work or a link, what is good, what is weak, and what you would do first with "
                "another hour."
            ),
            3,
            120,
            ("project",),
            _WORK,
        ),
        Step(
            _("Explain {focus} to a beginner"),
            _(
                "Explain one thing about {focus} to somebody who knows nothing of it, in "
                "200 to 300 words or ten minutes. Note the questions that you cannot answer and "
                "find the answers."
            ),
            _("the explanation, the questions, and the answers with their sources."),
            3,
            75,
            ("people", "theory"),
            _SOURCES,
        ),
        Step(
            _("Three mistakes, mended"),
            _(
                "Look at your work so far, or ask somebody to. Find three mistakes or weak "
                "places, find the cause of each, and do these parts again."
            ),
            _("before and after for each, the cause, and how you will notice it next time."),
            3,
            75,
            ("feedback", "practice"),
            _PRACTICE,
        ),
        Step(
            _("Rehearsal: most of the goal"),
            _(
                "Do about three quarters of what your goal asks, under real conditions. Let "
                "somebody see it and ask what worked and what did not."
            ),
            _("what you did, what held, what failed, and three changes for the real thing."),
            4,
            120,
            ("project", "people", "feedback"),
            _WORK,
        ),
        Step(
            _("Proof: {goal}"),
            _(
                "Do what your goal says: {goal}. Decide beforehand how a stranger could check "
                "that it worked."
            ),
            _(
                "the work or a link, how it can be checked, and how far you have come since you "
                "started."
            ),
            5,
            150,
            ("project",),
            _PROOF,
        ),
    ),
)

# Ways to work that fit any field, whether its templates speak of a thing or of a doing.
ANYWHERE = tuple(
    step
    for step in LADDER.steps
    if step.title
    in (
        "A map of {subject}",
        "One basic skill, five times",
        "A small whole, from start to end",
        "Explain {focus} to a beginner",
        "Three mistakes, mended",
        "Rehearsal: most of the goal",
    )
)
