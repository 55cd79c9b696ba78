"""The ladder for programming."""

from django.utils.translation import gettext_noop as _

from ai.offline.ladders.shape import Demand, Ladder, Rubric, Step

_RUNS: Rubric = (
    (_("It runs"), _("The code or steps are complete, and the output is shown."), 40),
    (_("Understood"), _("Explains in your own words what each part does and why."), 35),
    (_("Tried out"), _("At least one change or error was tried and what happened is told."), 25),
)
_CODE: Rubric = (
    (
        _("Correct"),
        _("The program does what was asked, shown by examples of input and output."),
        40,
    ),
    (_("Readable"), _("Names, small functions and comments let another learner follow it."), 30),
    (_("Edge cases"), _("Empty, wrong or large input is considered and handled or named."), 30),
)
_TESTED: Rubric = (
    (_("Tests"), _("Normal cases, edge cases and an error case are tested."), 40),
    (_("Findings"), _("Says what the tests found and how the bug was traced."), 35),
    (_("Readable"), _("Test names and code say which behaviour is expected."), 25),
)
_DESIGN: Rubric = (
    (_("Decisions"), _("Names the choices, the alternatives, and reasons for each."), 40),
    (_("Structure"), _("Parts have one job each and clear inputs and outputs."), 35),
    (_("Limits"), _("Says what it cannot do and what would break first."), 25),
)
_PROOF: Rubric = (
    (_("Goal reached"), _("What the goal asks for works and can be tried by a stranger."), 45),
    (_("Quality"), _("Readable, tested code with instructions to run it."), 30),
    (_("Reflection"), _("Says what was hard, what was learned and what comes next."), 25),
)

LADDER = Ladder(
    subjects=(
        "Python",
        "Django",
        "Flask",
        "FastAPI",
        "JavaScript",
        "TypeScript",
        "React",
        "Vue",
        "Node.js",
        "HTML",
        "CSS",
        "SQL",
        "PostgreSQL",
        "Java",
        "Kotlin",
        "Swift",
        "C++",
        "C#",
        "Rust",
        "Go",
        "C",
        "R",
        "Objective-C",
        "Clojure",
        "Erlang",
        "F#",
        "OCaml",
        "Lua",
        "Perl",
        "Julia",
        "Dart",
        "Flutter",
        "Zig",
        "Fortran",
        "COBOL",
        "Lisp",
        "Scheme",
        "Prolog",
        "MATLAB",
        "Assembly",
        "Visual Basic",
        "PowerShell",
        "Scratch",
        "Angular",
        "Svelte",
        "Laravel",
        "Solidity",
        "GraphQL",
        "Ruby",
        "Rails",
        "PHP",
        "Haskell",
        "Elixir",
        "Scala",
        "Bash",
        "pandas",
    ),
    spoken={"Golang": "Go", "JS": "JavaScript", "Postgres": "PostgreSQL", "Node": "Node.js"},
    subject_otherwise=_("code"),
    focus_otherwise=_("your goal"),
    work_otherwise=_("your project"),
    tag_words={
        "practice": ("practi", "exercis", "hands-on", "cod"),
        "project": ("project", "build", "app", "game", "site", "website", "tool", "api", "real"),
        "testing": ("test", "bug", "debug", "quality"),
        "theory": ("theor", "understand", "concept", "explain", "algorithm"),
        "reading": ("read", "review", "open source", "documentation"),
        "data": ("data", "database", "file", "csv", "quer", "sql"),
    },
    stages=(
        _("{subject} runs on your machine"),
        _("Small programs of your own"),
        _("Tested, readable {subject}"),
        _("Finished, and others can use it"),
    ),
    demands={
        _RUNS: Demand(
            _(
                "half of it is enough, half the changes or half the lines, with a tutorial beside "
                "you."
            ),
            _(
                "half as many changes or lines again, each predicted or explained before you look "
                "anything up."
            ),
        ),
        _CODE: Demand(
            _(
                "one part of it that works is enough, and you may begin with an example of "
                "somebody else and change it."
            ),
            _("add one more feature or question, and handle two kinds of wrong input."),
        ),
        _TESTED: Demand(
            _(
                "a smaller piece of code and half as many tests or hypotheses are enough, with "
                "help where you get stuck."
            ),
            _(
                "take a bigger piece of code and half as many cases again, one of them with large "
                "or broken input."
            ),
        ),
        _DESIGN: Demand(
            _("half of the page or of the files is enough, with one decision or finding."),
            _(
                "take in one part more, and for each decision two alternatives with what they "
                "would cost."
            ),
        ),
        _PROOF: Demand(
            _(
                "the smallest version that does it is enough, and parts of it may be made with "
                "help; say which."
            ),
            _(
                "let two people who do not know it use it without your help, and mend what stops "
                "them."
            ),
        ),
    },
    steps=(
        Step(
            _("Make {subject} run and change it"),
            _(
                "Get {subject} to run on your machine or in a free online editor. Start with the "
                "smallest example you can find, then change three things in it and predict each "
                "time what will happen before you run it."
            ),
            _("your code, the output, and your three predictions: right or wrong, and why."),
            1,
            60,
            ("practice",),
            _RUNS,
        ),
        Step(
            _("Explain fifteen lines of {subject}"),
            _(
                "Take fifteen lines of {subject} that have to do with {focus}, from a tutorial "
                "or documentation. Explain each line to somebody who has never programmed. "
                "Remove one line and explain the error you get."
            ),
            _("the lines with your explanations, the error, and what it means."),
            1,
            60,
            ("theory", "reading"),
            _RUNS,
        ),
        Step(
            _("A small program for yourself"),
            _(
                "Write 20 to 50 lines of {subject} that do one small thing you need, if possible "
                "for {focus}: count, sort, convert, remind. Use at least one "
                "function, one condition and one loop, or what stands for them."
            ),
            _("the code, two examples of input and output, and one thing it cannot do yet."),
            2,
            90,
            ("practice", "project"),
            _CODE,
        ),
        Step(
            _("Read data, answer three questions with {subject}"),
            _(
                "Find a small file or table of real data that has to do with {focus}. Use "
                "{subject} to read it and answer three questions about it. Handle at least one "
                "missing or odd value."
            ),
            _("the code, the three questions and answers, and how you dealt with odd values."),
            2,
            90,
            ("data", "practice"),
            _CODE,
        ),
        Step(
            _("Hunt a bug, step by step"),
            _(
                "Take code of yours, or ask somebody to put a mistake into it. Find the bug step "
                "by step: reproduce it, narrow it down, state a hypothesis, test it, mend it. "
                "Keep a log while you do it."
            ),
            _("the log with each hypothesis, the cause, and the code before and after."),
            3,
            75,
            ("testing", "theory"),
            _TESTED,
        ),
        Step(
            _("Tests first, for one part of {work}"),
            _(
                "Choose one function or behaviour that you need for {work}. Write at least five "
                "tests first: normal, edge and error cases. See them fail, then write just "
                "enough {subject} to make them pass."
            ),
            _("the tests, the code, and one case that you had not thought of at first."),
            3,
            120,
            ("testing", "practice"),
            _TESTED,
        ),
        Step(
            _("Read other people's {subject}"),
            _(
                "Pick a small open source project, best one close to your goal. Find out "
                "where a program starts, follow one feature through the files, and find one thing "
                "that you would do differently."
            ),
            _(
                "a map of the files on the way, three things you learned, and your change with "
                "its reasons."
            ),
            3,
            90,
            ("reading", "theory"),
            _DESIGN,
        ),
        Step(
            _("Design {work} before you build it"),
            _(
                "Write one page about what you will build for your goal: who uses it, the parts "
                "and what each does, the data, and two decisions with the alternatives you "
                "turned down. Build the riskiest part as a quick try."
            ),
            _("the page, the code of the try, and what it changed in your design."),
            4,
            120,
            ("project", "theory"),
            _DESIGN,
        ),
        Step(
            _("A first version that somebody else can run"),
            _(
                "Build the smallest useful version of {work}. Write a README with "
                "the steps to run it. Let somebody else follow the steps and watch without "
                "helping; mend what stopped them."
            ),
            _("a link or the code, the README, and what stopped your tester."),
            4,
            180,
            ("project", "testing"),
            _CODE,
        ),
        Step(
            _("Proof: {goal}"),
            _(
                "Finish what your goal says: {goal}. Add tests for what must never break, clean "
                "up names, and write down how to run it."
            ),
            _("a link or the code, examples of use, the tests, and a short look back."),
            5,
            240,
            ("project", "testing"),
            _PROOF,
        ),
    ),
)
