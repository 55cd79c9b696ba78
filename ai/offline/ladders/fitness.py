"""The ladder for fitness."""

from django.utils.translation import gettext_noop as _

from ai.offline.ladders.shape import Demand, Ladder, Reference, Rubric, Step

_LOG: Rubric = (
    (_("Numbers"), _("Dates, distances, times, sets, repetitions or pulse are written down."), 40),
    (_("How it felt"), _("Effort, sleep, pain or mood are noted for each session."), 30),
    (_("Conclusions"), _("Says what to keep or change next week and why."), 30),
)
_FORM: Rubric = (
    (_("Precise"), _("Describes joints, breath and position, not only how hard it was."), 40),
    (_("Checked"), _("Compared with a reliable source, a mirror, a video or a person."), 30),
    (_("Mended"), _("Names faults and the cue or easier version that helped."), 30),
)
_PLAN: Rubric = (
    (_("Fits your life"), _("Days, minutes and places are real, with a plan for bad days."), 35),
    (_("Sound"), _("Load rises gently, rest days are in it, and reasons are given."), 40),
    (_("Measurable"), _("Says which number tells whether it works, and when to look."), 25),
)
_PROOF: Rubric = (
    (_("Goal reached"), _("What the goal asks for was done and measured."), 45),
    (_("Honest account"), _("Numbers, conditions and hard moments are told as they were."), 30),
    (_("Reflection"), _("Compares with the start and names the next step."), 25),
)

LADDER = Ladder(
    subjects=(
        "running",
        "swimming",
        "cycling",
        "rowing",
        "yoga",
        "pilates",
        "climbing",
        "bouldering",
        "weightlifting",
        "strength training",
        "pull-ups",
        "push-ups",
        "hiking",
        "walking",
        "boxing",
        "dancing",
        "ballet",
        "skiing",
        "snowboarding",
        "surfing",
        "skating",
        "skateboarding",
        "judo",
        "karate",
        "martial arts",
        "gymnastics",
        "calisthenics",
        "CrossFit",
        "kettlebells",
        "volleyball",
        "badminton",
        "squash",
        "table tennis",
        "golf",
        "archery",
        "fencing",
        "kayaking",
        "tai chi",
        "rope skipping",
        "tennis",
        "football",
        "basketball",
        "stretching",
        "flexibility",
    ),
    spoken={
        "run": "running",
        "jog": "running",
        "5k": "running",
        "10k": "running",
        "marathon": "running",
        "swim": "swimming",
        "triathlon": "triathlon training",
        "cycle": "cycling",
        "bike": "cycling",
        "bicycle": "cycling",
        "climb": "climbing",
        "hike": "hiking",
        "walk": "walking",
        "row": "rowing",
        "box": "boxing",
        "dance": "dancing",
        "ski": "skiing",
        "surf": "surfing",
        "skate": "skating",
        "stretch": "stretching",
        "flexible": "stretching",
        "pull-up": "pull-ups",
        "push-up": "push-ups",
        "handstand": "handstands",
        "splits": "stretching",
        "deadlift": "weightlifting",
        "squat": "strength training",
        "bench press": "strength training",
        "muscle": "strength training",
    },
    subject_otherwise=_("training"),
    focus_is="doing",
    focus_otherwise=_("your goal"),
    work_otherwise=_("your goal"),
    tag_words={
        "endurance": ("run", "endurance", "5k", "10k", "marathon", "cycl", "swim", "distance"),
        "strength": ("strength", "strong", "muscle", "push", "pull", "weight", "lift", "squat"),
        "mobility": ("mobil", "flexib", "stretch", "yoga", "back", "posture"),
        "technique": ("technique", "form", "style", "skill", "handstand"),
        "recovery": ("rest", "recover", "sleep", "injur", "gentle", "pain"),
        "habit": ("habit", "routine", "regular", "time", "busy", "motivat"),
    },
    stages=(
        _("You know where you stand"),
        _("A week of {subject} that repeats itself"),
        _("More, and still without pain"),
        _("Ready for the day itself"),
    ),
    demands={
        _LOG: Demand(
            _(
                "half of it is enough, in minutes, sets, sessions or days, with a break whenever "
                "you want one."
            ),
            _("half as much again, in minutes, sets, sessions or days, as long as nothing hurts."),
        ),
        _FORM: Demand(
            _(
                "half of the repetitions or days is enough, in an easier form: with a support, "
                "with help, or less far."
            ),
            _(
                "half as many repetitions or days again, without support, as long as it stays "
                "clean and nothing hurts."
            ),
        ),
        _PLAN: Demand(
            _("half of it is enough, in weeks, distance or time, with more rest in between."),
            _(
                "go a step further, in weeks, distance or time but never beyond the goal itself, "
                "and say what you do when something goes wrong."
            ),
        ),
        _PROOF: Demand(
            _("do it in two parts with a rest in between, or with help; say so in your account."),
            _("do it on two days with rest in between and compare them, as long as nothing hurts."),
        ),
    },
    steps=(
        Step(
            _("Where you stand in {subject}: a gentle test"),
            _(
                "Warm up for ten minutes, then do a test that fits your goal and that you can "
                "repeat: a time, a distance, a number of clean repetitions. Stop well before "
                "pain. If you have been ill or are unsure, ask a doctor first."
            ),
            _("what you measured and how, the numbers, the conditions, and how it felt."),
            1,
            45,
            ("technique", "endurance"),
            _LOG,
        ),
        Step(
            _("Three sessions in one week"),
            _(
                "Do three sessions of {subject}, 20 to 30 minutes each, in one week, on days you "
                "choose beforehand, so easy that you could talk. Write each one down the same day."
            ),
            _("the log: date, minutes, what you did, effort from 1 to 10, and how you slept."),
            1,
            90,
            ("habit", "endurance"),
            _LOG,
        ),
        Step(
            _("One movement, done well"),
            _(
                "Choose the movement that matters most for {focus}. Learn from a reliable source "
                "how it should look. Film yourself or use a mirror, find two faults, and work on "
                "one of them in three short sessions."
            ),
            _("the source, what you saw, the cue that helped, and before and after in words."),
            2,
            60,
            ("technique", "strength"),
            _FORM,
        ),
        Step(
            _("A week that fits your life"),
            _(
                "Plan the next four weeks towards {focus}: days, minutes, kind of session, rest "
                "days. Let the load rise by about a tenth a week, with an easier fourth week. "
                "Add a ten-minute version for bad days."
            ),
            _("the plan, your reasons, and the number that will tell you whether it works."),
            2,
            60,
            ("habit", "recovery"),
            _PLAN,
        ),
        Step(
            _("Looser: ten minutes of mobility on five days"),
            _(
                "Find three mobility exercises that help with {subject} and do them for ten "
                "minutes on five days. Measure one range of movement on the first and the last day."
            ),
            _("the exercises and why they fit, both measurements, and what you felt."),
            2,
            60,
            ("mobility", "recovery"),
            _FORM,
        ),
        Step(
            _("Stronger where you need it"),
            _(
                "Find out which muscles hold you back in {focus}. Choose three exercises for "
                "them without special equipment and do three sessions in a week, two or three "
                "sets each, leaving two repetitions in reserve."
            ),
            _("why these exercises, sets and repetitions for each day, and what to change."),
            3,
            90,
            ("strength",),
            _LOG,
        ),
        Step(
            _("Two weeks by the plan"),
            _(
                "Follow your plan for two weeks. Keep the log. When life gets in the way, use "
                "the short version instead of nothing, and write down what happened."
            ),
            _("planned against done, the numbers, and what you change for the next weeks."),
            3,
            240,
            ("endurance", "habit"),
            _LOG,
            Reference(
                to=_("A week that fits your life"),
                task=_(
                    "Write down what you will do on which days of two weeks, rest days included, "
                    "and follow it. Keep a log. When life gets in the way, do ten minutes instead "
                    "of nothing, and write down what happened."
                ),
                hand_in=_(
                    "planned against done, the numbers, and what you change for the next weeks."
                ),
            ),
        ),
        Step(
            _("Sleep, food and rest for one week"),
            _(
                "For one week write down sleep, meals in plain words, rest days, and how each "
                "session went. Look for one link between them and test it in the following days."
            ),
            _("the notes, the link you suspect, how you tested it, and what came out."),
            3,
            45,
            ("recovery", "habit"),
            _LOG,
        ),
        Step(
            _("Rehearsal: most of the goal"),
            _(
                "Do about three quarters of what your goal asks, under conditions like the real "
                "ones: time of day, place, food, clothes. Keep something in reserve."
            ),
            _("the numbers, what held, what did not, and three changes for the real day."),
            4,
            90,
            ("endurance", "strength", "technique"),
            _PLAN,
        ),
        Step(
            _("Proof: {goal}"),
            _(
                "Do what your goal says: {goal}. Measure as in your first test. Warm up, stop at "
                "sharp pain, and celebrate afterwards."
            ),
            _(
                "the numbers, the account of the day, the comparison with your first test, and "
                "what comes next."
            ),
            5,
            120,
            ("endurance", "strength", "technique"),
            _PROOF,
            Reference(
                to=_("Where you stand in {subject}: a gentle test"),
                task=_(
                    "Do what your goal says: {goal}. Decide beforehand what you will measure. Warm "
                    "up, stop at sharp pain, and celebrate afterwards."
                ),
                hand_in=_(
                    "the numbers, the account of the day, what has changed since you started, and "
                    "what comes next."
                ),
            ),
        ),
    ),
)
