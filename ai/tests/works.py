"""Pieces of work of three strengths, from several fields, to try the offline coach on."""

from ai.schemas import Criterion, FeedbackInputs

type Rubric = list[tuple[str, str, int]]


def _works(
    title: str, instructions: str, rubric: Rubric, **bodies: str
) -> dict[str, FeedbackInputs]:
    return {
        strength: FeedbackInputs(
            challenge_title=title,
            instructions=instructions,
            rubric=[
                Criterion(key=f"c{at}", name=name, description=description, weight=weight)
                for at, (name, description, weight) in enumerate(rubric)
            ],
            body=body,
        )
        for strength, body in bodies.items()
    }


WORKS: dict[str, dict[str, FeedbackInputs]] = {
    "spanish": _works(
        "A message to a friend in Spanish",
        "Write 60 to 100 words in Spanish to a friend about your weekend. Use the past tense and "
        "ask two questions.",
        [
            ("Message", "The reader learns what happened, with details.", 40),
            ("Grammar", "Past tense forms are right.", 35),
            ("Flow", "Sentences are linked with words such as because and then.", 25),
        ],
        strong=(
            "Hola Marta:\n\nEl sábado fui con mi hermano a Valencia porque él quería ver el mar. "
            "Primero tomamos un café cerca de la estación y después caminamos por la playa durante "
            "dos horas. Comimos paella en un restaurante pequeño; costó 18 euros y estaba muy "
            "rica. Por la tarde empezó a llover, así que volvimos en el tren de las seis.\n\n"
            "El domingo me quedé en casa y leí un libro de Isabel Allende. ¿Qué hiciste tú? "
            "¿Quieres venir con nosotros la próxima vez?\n\nUn abrazo,\nTom"
        ),
        fair=(
            "Hola Marta. El sábado fui a Valencia con mi hermano. Comimos paella y caminamos por "
            "la playa. El domingo leí un libro en casa. Fue un fin de semana bueno. ¿Qué hiciste "
            "tú?"
        ),
        weak="Hola. Mi fin de semana fue bueno. Comer y dormir. Muy bueno. Adios amigo.",
    ),
    "python": _works(
        "Count the words of a text",
        "Write a Python function that counts how often each word occurs in a text. Show two "
        "examples of input and output, and name one thing it cannot do yet.",
        [
            ("Correct", "The function does what was asked, shown by input and output.", 40),
            ("Readable", "Names and small functions let another learner follow.", 30),
            ("Edge cases", "Empty or odd input is considered and handled or named.", 30),
        ],
        strong=(
            "I split the task into two small functions, because cleaning a word and counting are "
            "different jobs.\n\n```python\nfrom collections import Counter\n\ndef clean(word):\n"
            "    return word.strip('.,!?').lower()\n\ndef count_words(text):\n"
            "    return Counter(clean(w) for w in text.split() if clean(w))\n```\n\n"
            "Example 1: count_words('A cat, a dog') gives Counter({'a': 2, 'cat': 1, 'dog': 1}).\n"
            "Example 2: count_words('') gives an empty Counter, so empty input does not crash.\n\n"
            "My first version counted 'cat,' and 'cat' as two words; I found that with example 1 "
            "and added clean(). What it cannot do yet: it treats don't and dont as different "
            "words, and a hyphenated word such as well-known counts as one."
        ),
        fair=(
            "def count(text):\n    d = {}\n    for w in text.split():\n        d[w] = d.get(w, 0) "
            "+ 1\n    return d\n\nIt counts the words in a dictionary. For example count('a a b') "
            "gives {'a': 2, 'b': 1}. It does not work well with commas."
        ),
        weak="I made a function that counts words with a loop. It works fine I think. It was ok.",
    ),
    "guitar": _works(
        "Five sessions, written down",
        "Practise a chord change on five days for ten minutes. Write a log with date, tempo and "
        "what you noticed.",
        [
            ("Regular", "Several sessions with dates, minutes and tempo in numbers.", 35),
            ("Precise", "Names the chords or movements that were practised.", 35),
            ("Findings", "Says what got better, what did not, and what changed.", 30),
        ],
        strong=(
            "Change: G to C and back, metronome on.\n\n- Mon 3 Nov, 10 min, 50 bpm: my ring finger "
            "arrived late on the C chord, so I practised only that finger.\n- Tue 4 Nov, 12 min, "
            "54 bpm: cleaner, because I lifted all fingers together.\n- Wed 5 Nov, 10 min, 58 bpm: "
            "buzzing on the B string; I moved closer to the fret.\n- Fri 7 Nov, 10 min, 60 bpm: "
            "four clean minutes, then my hand got tense.\n- Sat 8 Nov, 15 min, 64 bpm: eight "
            "changes in a row without a mistake.\n\nWhat got better: the tempo went from 50 to 64. "
            "What did not: above 60 bpm I still squeeze too hard. Next week I will stop after "
            "eight minutes and shake the hand out, since the tension always comes at the end."
        ),
        fair=(
            "I practised G to C on five days, about ten minutes each. On Monday I used 50 bpm and "
            "on Saturday 60 bpm. The ring finger was slow at first. It got better after the third "
            "day. I still buzz sometimes on C."
        ),
        weak="I practised chords a few times this week. It went pretty good and I got better.",
    ),
    "essay": _works(
        "Your opinion, with reasons",
        "Should cities close their centres to cars? Give your opinion with three reasons and an "
        "answer to somebody who disagrees, in 120 to 180 words.",
        [
            ("Argument", "Three reasons, each with evidence or an example.", 45),
            ("Other side", "An objection is named fairly and answered.", 30),
            ("Clarity", "A reader can follow from the first sentence to the last.", 25),
        ],
        strong=(
            "Cities should close their centres to private cars, and mine shows why. First, streets "
            "become safer: after Ghent changed its traffic plan in 2017, accidents fell by about a "
            "quarter, because fewer cars cross the paths of cyclists. Second, the air gets better. "
            "My sister has asthma, and on the two car-free Sundays last year she walked to the "
            "market without her inhaler. Third, shops gain, since people who walk past a window "
            "stop more often than people who drive past.\n\nSomebody may object that older people "
            "need their cars. That is a fair point, and a ban without exceptions would be cruel. "
            "But a permit for those who cannot walk far, together with a small bus every ten "
            "minutes, answers it better than keeping the centre open for everybody.\n\nSo I would "
            "start with one street for one summer, count visitors and accidents, and decide after "
            "that. What we measure we need not shout about."
        ),
        fair=(
            "I think cities should close their centres to cars. It is safer for children because "
            "there is less traffic. The air is also cleaner and it is quieter. Shops can put "
            "tables outside, for example cafes. Some people say that they need their car to go "
            "shopping. "
            "But they can take the bus or park outside the centre. In my city there is one street "
            "without cars and I like it."
        ),
        weak=(
            "Yes I think it is good to close the city for cars because cars are bad. There are "
            "lots of things that are better without cars. Everybody knows that."
        ),
    ),
}
