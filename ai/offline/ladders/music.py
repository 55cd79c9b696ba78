"""The ladder for music."""

from django.utils.translation import gettext_noop as _

from ai.offline.ladders.shape import Demand, Ladder, Reference, Rubric, Step

_LOG: Rubric = (
    (_("Regular"), _("Several sessions with dates, minutes and tempo in numbers."), 35),
    (_("Precise"), _("Names the bars, chords, notes or movements that were practised."), 35),
    (_("Findings"), _("Says what got better, what did not, and what changed because of it."), 30),
)
_PLAYED: Rubric = (
    (_("Rhythm"), _("The beat holds; tempo and stumbles are named honestly."), 35),
    (_("Sound"), _("Notes are clean; tone, dynamics and phrasing are described."), 35),
    (_("Self-check"), _("Listened to the recording and names the exact moments to mend."), 30),
)
_HEARD: Rubric = (
    (_("What is there"), _("Form, beat, harmony or melody are described with musical words."), 40),
    (_("Where it is"), _("Gives exact times, bars or lyrics as examples."), 30),
    (_("Use"), _("Says what you will try on your own and why."), 30),
)
_PROOF: Rubric = (
    (_("Goal reached"), _("What the goal asks for was played or sung from start to end."), 45),
    (_("Musical"), _("Rhythm, sound and expression fit the piece."), 30),
    (_("Reflection"), _("Compares with the start and names what comes next."), 25),
)

LADDER = Ladder(
    subjects=(
        "acoustic guitar",
        "electric guitar",
        "bass guitar",
        "guitar",
        "piano",
        "keyboard",
        "violin",
        "viola",
        "cello",
        "double bass",
        "flute",
        "clarinet",
        "saxophone",
        "trumpet",
        "trombone",
        "drums",
        "ukulele",
        "harmonica",
        "accordion",
        "harp",
        "recorder",
        "singing",
        "voice",
        "music theory",
        "songwriting",
        "music production",
        "banjo",
        "mandolin",
        "organ",
        "oboe",
        "bassoon",
        "tuba",
        "French horn",
        "horn",
        "bagpipes",
        "tin whistle",
        "recorder",
        "sitar",
        "tabla",
        "koto",
        "erhu",
        "zither",
        "lute",
        "kalimba",
        "cajón",
        "djembe",
        "marimba",
        "synthesizer",
        "beatboxing",
    ),
    spoken={
        "sing": "singing",
        "choir": "singing",
        "drum": "drums",
        "sax": "saxophone",
        "synth": "synthesizer",
        "fiddle": "fiddle",
        "bass": "bass guitar",
    },
    subject_otherwise=_("practice"),
    focus_otherwise=_("your goal"),
    work_otherwise=_("your piece"),
    tag_words={
        "technique": ("technique", "finger", "chord", "scale", "barre", "posture", "breath"),
        "rhythm": ("rhythm", "beat", "tempo", "metronome", "strum", "time"),
        "ear": ("ear", "listen", "hear", "transcri"),
        "repertoire": ("song", "piece", "play", "repertoire", "sonata", "tune", "concert"),
        "theory": ("theor", "read", "notation", "harmony", "sheet"),
        "creating": ("write", "compose", "improvis", "create", "solo", "produc"),
        "performing": ("perform", "stage", "audience", "friends", "band", "record", "sing along"),
    },
    stages=(
        _("A habit of practice that holds"),
        _("Clean parts at a slow tempo"),
        _("The whole at tempo"),
        _("Ready for listeners"),
    ),
    demands={
        _LOG: Demand(
            _(
                "half of the sessions, bars or repetitions is enough, at a tempo as slow as you "
                "like."
            ),
            _(
                "half as many sessions, bars or repetitions again, the last of them ten beats a "
                "minute faster."
            ),
        ),
        _PLAYED: Demand(
            _(
                "half of the length is enough, at a slower tempo, and you may stop and begin again "
                "once."
            ),
            _("half as long again or a little faster, in one take that you do not repair."),
        ),
        _HEARD: Demand(
            _(
                "half of it is enough, fewer bars or a shorter piece, and you may look things up "
                "on the way."
            ),
            _(
                "half as many bars or one more piece, and nothing looked up before your own notes "
                "are finished."
            ),
        ),
        _PROOF: Demand(
            _("do it in two parts and a little slower, with the notes in front of you."),
            _("do it in one take before listeners, and by heart where that can be done."),
        ),
    },
    steps=(
        Step(
            _("Where you are: a first recording"),
            _(
                "Record one or two minutes of what you play or sing today, something to "
                "do with {focus}. Listen three times: for the beat, for the sound, for tension "
                "in your body."
            ),
            _(
                "what you hear each time, with exact moments, and the two things to work on "
                "first. Link the recording if you like."
            ),
            1,
            30,
            ("technique", "ear"),
            _PLAYED,
        ),
        Step(
            _("Five short {subject} sessions, written down"),
            _(
                "Practise for 10 to 15 minutes on five days. Each session has one aim "
                "that can be measured. Start so slowly that you make no mistakes, and write "
                "down the tempo."
            ),
            _("the log: date, minutes, aim, tempo, and what you noticed."),
            1,
            75,
            ("technique", "rhythm"),
            _LOG,
        ),
        Step(
            _("Four bars that always work"),
            _(
                "Choose the four bars or the change in {work} that fail most often. "
                "Practise them in three ways: slowly, in rhythms, from the end to the start. "
                "Play them five times in a row without a mistake, with a metronome."
            ),
            _("which bars, the tempo at the start and at the end, and which way helped most."),
            2,
            60,
            ("technique", "rhythm"),
            _LOG,
        ),
        Step(
            _("Listen like a musician"),
            _(
                "Choose a recording that has to do with {focus}. Listen four times: form, bass "
                "and beat, melody, what changes in the last third. Find two things that you can "
                "try yourself."
            ),
            _("your notes with exact times, and what happened when you tried the two things."),
            2,
            45,
            ("ear", "theory"),
            _HEARD,
        ),
        Step(
            _("Keep the beat for two minutes"),
            _(
                "Play or sing an easy part of {work} for two minutes with a metronome, then "
                "two minutes without, recorded. Compare the tempo at the start and the end."
            ),
            _("both tempos, where you sped up or slowed down, and why you think so."),
            2,
            45,
            ("rhythm", "performing"),
            _PLAYED,
        ),
        Step(
            _("By ear: a melody without notes"),
            _(
                "Find a melody of eight bars or more by ear. Sing it first. Write "
                "down what you find in any notation, then check it against a source."
            ),
            _("your notation, what was right and wrong, and what gave the mistakes away."),
            3,
            75,
            ("ear", "theory"),
            _HEARD,
        ),
        Step(
            _("Half of it, from start to end"),
            _(
                "Play or sing the first half of {work} without stopping, at a tempo at which "
                "you can. When something goes wrong, go on. Record three takes on different "
                "days."
            ),
            _("notes on each take, the exact places that failed twice, and your plan for them."),
            3,
            90,
            ("repertoire", "performing"),
            _PLAYED,
        ),
        Step(
            _("Eight bars of your own"),
            _(
                "Invent eight bars: a variation, an ending, a second voice or a "
                "small song. Use one idea from the music of your goal and change it three times."
            ),
            _("the bars in any notation or a link, the idea, and what you kept and dropped."),
            3,
            75,
            ("creating", "theory"),
            _HEARD,
        ),
        Step(
            _("A run-through for one listener"),
            _(
                "Play or sing all of {work} for one person, or for a camera in one take. "
                "Decide beforehand what you will do when you lose your place."
            ),
            _(
                "what happened, two places that held and two that did not, and what your "
                "listener said."
            ),
            4,
            90,
            ("performing", "repertoire"),
            _PLAYED,
        ),
        Step(
            _("Proof: {goal}"),
            _(
                "Do what your goal says: {goal}. Make one recording of the whole and listen to "
                "your first recording right after it."
            ),
            _(
                "an account or link, what has changed since the first recording, and what you "
                "will practise next."
            ),
            5,
            120,
            ("performing", "repertoire"),
            _PROOF,
            Reference(
                to=_("Where you are: a first recording"),
                task=_(
                    "Do what your goal says: {goal}. Make one recording of the whole and listen to "
                    "it twice: once for what carries, once for what does not."
                ),
                hand_in=_(
                    "an account or link, what has changed since you started, and what you will "
                    "practise next."
                ),
            ),
        ),
    ),
)
