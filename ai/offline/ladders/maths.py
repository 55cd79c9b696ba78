"""The ladder for maths."""

from django.utils.translation import gettext_noop as _

from ai.offline.ladders.shape import Demand, Ladder, Reference, Rubric, Step

_SOLVED: Rubric = (
    (_("Correct"), _("Each result is right, or the mistake was found and mended."), 40),
    (
        _("Every step"),
        _("Each step follows from the one before, with the rule that allows it."),
        35,
    ),
    (_("Check"), _("Results are checked by inserting, estimating or a second way."), 25),
)
_EXPLAINED: Rubric = (
    (_("Idea"), _("Says in plain words what it means and why it is true."), 40),
    (_("Examples"), _("Concrete numbers, a picture, and a case where it does not hold."), 35),
    (_("Precise"), _("Symbols and terms are defined and used rightly."), 25),
)
_MISTAKES: Rubric = (
    (_("Found"), _("Real mistakes of your own with the exact line."), 35),
    (_("Cause"), _("Says what you believed when you made it."), 35),
    (_("Cure"), _("A check or rule that would catch it, tried on a new problem."), 30),
)
_MODEL: Rubric = (
    (_("Model"), _("Quantities, units and assumptions are named with reasons."), 40),
    (_("Calculation"), _("Steps and result are right and can be followed."), 35),
    (_("Judgement"), _("Says how far the result can be trusted and what would change it."), 25),
)
_PROOF: Rubric = (
    (_("Goal reached"), _("What the goal asks for is shown by problems solved or explained."), 45),
    (_("Reasoning"), _("Steps are complete, justified and checked."), 30),
    (_("Reflection"), _("Compares with the start and names the next gap."), 25),
)

LADDER = Ladder(
    subjects=(
        "calculus",
        "linear algebra",
        "algebra",
        "geometry",
        "trigonometry",
        "statistics",
        "probability",
        "number theory",
        "discrete maths",
        "graph theory",
        "combinatorics",
        "differential equations",
        "derivatives",
        "integrals",
        "fractions",
        "percentages",
        "logarithms",
        "matrices",
        "vectors",
        "complex numbers",
        "proofs",
        "induction",
        "group theory",
        "real analysis",
        "complex analysis",
        "game theory",
        "cryptography",
        "numerical methods",
        "Fourier series",
        "Fourier transforms",
        "limits",
        "inequalities",
        "polynomials",
        "sequences",
        "prime numbers",
        "modular arithmetic",
        "long division",
        "decimals",
        "ratios",
        "Bayes' theorem",
        "arithmetic",
        "mental arithmetic",
        "set theory",
        "logic",
        "topology",
        "quadratic equations",
        "functions",
        "optimisation",
    ),
    spoken={"stats": "statistics", "trig": "trigonometry", "times tables": "the times tables"},
    subject_otherwise=_("maths"),
    work_otherwise=_("your goal"),
    focus_is="idea",
    takes_own_words=True,
    tag_words={
        "problems": ("problem", "exercis", "practi", "exam", "test", "solve"),
        "understanding": ("understand", "why", "idea", "concept", "intuit", "explain"),
        "proofs": ("proof", "prove", "rigor", "theorem"),
        "application": ("appl", "real", "model", "physics", "data", "finance", "everyday"),
        "basics": ("basic", "foundation", "repeat", "refresh", "gap"),
        "visual": ("visual", "graph", "draw", "picture", "geometr"),
    },
    stages=(
        _("You know your gaps in {subject}"),
        _("The tools of {subject} in your hands"),
        _("Problems without a recipe"),
        _("You can show that you know it"),
    ),
    demands={
        _SOLVED: Demand(
            _(
                "half of the problems, or an easier statement, is enough, with a worked example "
                "beside you."
            ),
            _(
                "half as many problems again, or a harder statement, and nothing looked up before "
                "you are done."
            ),
        ),
        _EXPLAINED: Demand(
            _("half of the terms, pictures or minutes is enough, with a book open beside you."),
            _("one more term, picture or example, all of it without a book; compare afterwards."),
        ),
        _MISTAKES: Demand(
            _("half of the problems or mistakes is enough, the easier ones first."),
            _(
                "half as many problems or mistakes again, each with a second problem of the same "
                "kind."
            ),
        ),
        _MODEL: Demand(
            _("one quantity, one assumption and round numbers are enough."),
            _("take two quantities that depend on each other, and change two assumptions."),
        ),
        _PROOF: Demand(
            _("half as many problems are enough, in your own time and with a sheet of formulas."),
            _(
                "do it against the clock and without notes, with one problem of a kind you have "
                "not seen."
            ),
        ),
    },
    steps=(
        Step(
            _("Find your gaps in {subject}"),
            _(
                "Find eight problems about {subject} from easy to hard with solutions you have "
                "not read. Give each one ten minutes. Sort them: sure, unsure, no idea, and say "
                "at which line you stopped."
            ),
            _("the problems, your work, and the three gaps to close first."),
            1,
            90,
            ("basics", "problems"),
            _MISTAKES,
        ),
        Step(
            _("A page of words: the terms of {subject}"),
            _(
                "Choose eight terms that you need for {focus}. For each write what it means in "
                "plain words, an example with numbers, and something that looks alike but is not."
            ),
            _("the page, and the term that was hardest to explain."),
            1,
            60,
            ("basics", "understanding"),
            _EXPLAINED,
        ),
        Step(
            _("Six problems, every step with its reason"),
            _(
                "Solve six problems about {focus}, two of them harder than you like. Write every "
                "step and the rule that allows it. Check each result in a second way."
            ),
            _("the six solutions with reasons and checks."),
            2,
            90,
            ("problems",),
            _SOLVED,
        ),
        Step(
            _("Draw it: {focus} in pictures"),
            _(
                "Take one idea of {subject} and draw it in three ways: a graph, a sketch, a "
                "table. Say what each shows that the others hide."
            ),
            _("descriptions or photos of the drawings and what each shows."),
            2,
            60,
            ("visual", "understanding"),
            _EXPLAINED,
        ),
        Step(
            _("Teach {focus} to somebody"),
            _(
                "Explain one idea of {subject} to somebody who does not know it, in ten minutes "
                "or on one page: why it is needed, an example, the rule, a trap. Note each "
                "question you cannot answer, then find the answer."
            ),
            _("your page, the questions, and the answers you found."),
            3,
            75,
            ("understanding",),
            _EXPLAINED,
        ),
        Step(
            _("A museum of your mistakes"),
            _(
                "Collect five mistakes of your own in {subject}. For each: the wrong line, what "
                "you believed, the right line, and a check that would have caught it. Try each "
                "check on a new problem."
            ),
            _("the five mistakes with their cures and the new problems."),
            3,
            75,
            ("problems", "basics"),
            _MISTAKES,
        ),
        Step(
            _("{subject} out in the world"),
            _(
                "Find a question from your life or work, if possible about {focus}, that "
                "{subject} can answer. State quantities and assumptions, calculate, and change "
                "one assumption to see what happens."
            ),
            _("the question, the model, the calculation, and how far you trust the result."),
            3,
            90,
            ("application",),
            _MODEL,
        ),
        Step(
            _("Why is it true?"),
            _(
                "Choose one statement about {subject} that you use. Prove it or find the proof, "
                "and rewrite it so that each step has a reason. Show where each condition is "
                "needed by a counterexample without it."
            ),
            _("the proof in your words, and one counterexample."),
            4,
            120,
            ("proofs", "understanding"),
            _SOLVED,
        ),
        Step(
            _("Mixed problems against the clock"),
            _(
                "Put together six problems about {focus} from different places without knowing "
                "the method beforehand. Solve them in 90 minutes without help. Then correct them "
                "with the solutions."
            ),
            _("your work with the corrections, and for each how you chose the method."),
            4,
            120,
            ("problems",),
            _SOLVED,
        ),
        Step(
            _("Proof: {goal}"),
            _(
                "Show that you reached your goal: {goal}. Choose the test yourself, an exam, a "
                "set of problems, a talk, and repeat the problems by which you found your gaps."
            ),
            _("your work, the comparison with those first problems, and the next gap."),
            5,
            150,
            ("problems", "understanding"),
            _PROOF,
            Reference(
                to=_("Find your gaps in {subject}"),
                task=_(
                    "Show that you reached your goal: {goal}. Choose the test yourself, an exam, a "
                    "set of problems, a talk, and begin with something you could not do before."
                ),
                hand_in=_("your work, what you could not do when you started, and the next gap."),
            ),
        ),
    ),
)
