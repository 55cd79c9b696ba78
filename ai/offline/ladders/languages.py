"""The ladder for languages."""

from django.utils.translation import gettext_noop as _

from ai.offline.ladders.shape import Demand, Ladder, Rubric, Step

_WORDS: Rubric = (
    (_("Useful words"), _("The words and phrases are ones you need for your own goal."), 40),
    (_("In sentences"), _("Each word stands in a full sentence, not alone in a list."), 35),
    (_("Checked"), _("Meaning, spelling and pronunciation were checked and say where."), 25),
)
_SPOKEN: Rubric = (
    (_("Understandable"), _("A patient listener can follow you from start to end."), 40),
    (_("Range"), _("Different words, questions and sentence shapes, not one pattern."), 30),
    (_("Self-check"), _("Names moments that went well and mistakes with a correction."), 30),
)
_WRITTEN: Rubric = (
    (_("Message"), _("The reader learns what you wanted to say, with details and examples."), 40),
    (_("Grammar and words"), _("Tenses, endings and word choice are right or corrected."), 35),
    (_("Flow"), _("Sentences are linked with words such as because, but and then."), 25),
)
_UNDERSTOOD: Rubric = (
    (_("Main points"), _("Who, what, where and why are told rightly in your own words."), 40),
    (_("Details"), _("Names, numbers or exact phrases from the source are noted."), 30),
    (_("New language"), _("At least five new words or phrases, each with a sentence."), 30),
)
_PROOF: Rubric = (
    (_("Goal reached"), _("What the goal asks for is done and can be heard or read."), 45),
    (_("Language"), _("Words, grammar and pronunciation carry the message."), 30),
    (_("Reflection"), _("Compares with the start and names the next thing to practise."), 25),
)

LADDER = Ladder(
    subjects=(
        "sign language",
        "Brazilian Portuguese",
        "Swiss German",
        "Ancient Greek",
        *(
            "Spanish French German Italian Portuguese English Dutch Swedish Norwegian Danish "
            "Finnish Polish Czech Russian Ukrainian Greek Turkish Arabic Hebrew Persian Hindi "
            "Urdu Bengali Japanese Korean Chinese Mandarin Cantonese Vietnamese Thai Indonesian "
            "Swahili Latin Esperanto Irish Welsh Catalan Hungarian Romanian Croatian Serbian "
            "Basque Galician Icelandic Estonian Latvian Lithuanian Slovak Slovenian Bulgarian "
            "Macedonian Albanian Bosnian Georgian Armenian Tamil Telugu Punjabi Marathi Gujarati "
            "Nepali Sinhala Tagalog Filipino Malay Burmese Khmer Mongolian Farsi Kurdish Pashto "
            "Yiddish Afrikaans Zulu Xhosa Yoruba Hausa Igbo Somali Amharic Gaelic Breton Maltese "
            "Luxembourgish Quechua Hawaiian Maori Māori Sanskrit Kazakh Uzbek"
        ).split(),
    ),
    spoken={
        "ASL": "sign language",
        "BSL": "sign language",
        "Filipino": "Tagalog",
        **dict.fromkeys(
            ("Englisch", "anglais", "inglés", "inglês", "inglese", "Engels"), "English"
        ),
        **dict.fromkeys(("Deutsch", "allemand", "alemán", "alemão", "tedesco", "Duits"), "German"),
        **dict.fromkeys(("Français", "Französisch", "francés", "francês", "francese"), "French"),
        **dict.fromkeys(("Español", "Spanisch", "espagnol", "espanhol", "spagnolo"), "Spanish"),
        **dict.fromkeys(("Italiano", "Italienisch", "italien"), "Italian"),
        **dict.fromkeys(("Português", "Portugiesisch", "portugais", "portugués"), "Portuguese"),
        **dict.fromkeys(("العربية", "عربي", "Arabisch", "arabe", "árabe"), "Arabic"),
        **dict.fromkeys(("русский", "русского", "русском", "Russisch", "russe", "ruso"), "Russian"),
        **dict.fromkeys(
            ("中文", "汉语", "漢語", "普通话", "Chinesisch", "chinois", "chino"), "Chinese"
        ),
        **dict.fromkeys(("日本語", "Japanisch", "japonais", "japonés"), "Japanese"),
        **dict.fromkeys(("한국어", "Koreanisch", "coréen", "coreano"), "Korean"),
        **dict.fromkeys(("עברית", "Hebräisch", "hébreu"), "Hebrew"),
        **dict.fromkeys(("فارسی", "Persisch"), "Persian"),
        "हिन्दी": "Hindi",
        "Türkçe": "Turkish",
        "українська": "Ukrainian",
        "Ελληνικά": "Greek",
        "Nederlands": "Dutch",
        "Polski": "Polish",
        "Svenska": "Swedish",
    },
    names_follow_in=True,
    subject_otherwise=_("your new language"),
    focus_otherwise=_("your goal"),
    work_otherwise=_("your goal"),
    tag_words={
        "speaking": ("speak", "talk", "conversation", "say", "oral", "pronounc", "chat", "call"),
        "listening": ("listen", "hear", "podcast", "film", "movie", "radio", "song", "series"),
        "reading": ("read", "book", "newspaper", "article", "novel"),
        "writing": ("writ", "message", "mail", "letter", "essay", "diary"),
        "vocabulary": ("word", "vocabular", "phrase"),
        "grammar": ("grammar", "tense", "verb", "conjugat", "exam", "test"),
    },
    stages=(
        _("First words and sentences of your own in {subject}"),
        _("Short exchanges in {subject}"),
        _("{subject} without a script"),
        _("{subject} in real life"),
    ),
    demands={
        _WORDS: Demand(
            _(
                "half of the words and sentences is enough, and a sentence may be one from a book "
                "in which you change a word."
            ),
            _(
                "half as many words again, all of them in sentences, and the sentences from memory "
                "first."
            ),
        ),
        _SPOKEN: Demand(
            _(
                "half the length, or half of the questions, is enough, and you may keep your notes "
                "in view."
            ),
            _(
                "half as long, or half as many questions, again; without notes, and with one "
                "answer that you did not prepare."
            ),
        ),
        _WRITTEN: Demand(
            _(
                "half the length is enough, and you may use a dictionary and a model text all the "
                "way."
            ),
            _("half as long again, and the first version without any dictionary."),
        ),
        _UNDERSTOOD: Demand(
            _(
                "half of the length is enough, and you may choose something made for learners, "
                "with a translation beside it."
            ),
            _(
                "half as long again; take it in twice before you look at a transcript, subtitles "
                "or a dictionary."
            ),
        ),
        _PROOF: Demand(
            _(
                "do it in two parts with a break in between, and with notes at hand; say where you "
                "looked at them."
            ),
            _(
                "do it twice with different people or about different things, and let one of them "
                "be a surprise."
            ),
        ),
    },
    steps=(
        Step(
            _("Forty words in {subject} that you will really use"),
            _(
                "Collect forty words and phrases in {subject} that you need for {focus}. Choose "
                "them yourself instead of taking a ready list. Put at least twenty of them into "
                "short sentences about your own life, and check how each one is pronounced."
            ),
            _("the list with its meanings, and your twenty sentences."),
            1,
            60,
            ("vocabulary", "writing"),
            _WORDS,
        ),
        Step(
            _("Introduce yourself in {subject}"),
            _(
                "Prepare and say who you are, where you live, what you do and why you want to "
                "reach your goal. Write key words only, no full script. Record yourself twice "
                "and listen to the first recording before you make the second."
            ),
            _(
                "the text of what you said, a link to a recording if you like, and what you "
                "changed between the two."
            ),
            1,
            45,
            ("speaking",),
            _SPOKEN,
        ),
        Step(
            _("A message to a real person in {subject}"),
            _(
                "Write a message of 60 to 100 words in {subject} to a real or imagined person "
                "about something that matters to you. Ask at least two questions. Then "
                "correct it with a dictionary or grammar and keep the first version."
            ),
            _("both versions, and three corrections with their reasons."),
            2,
            60,
            ("writing", "grammar"),
            _WRITTEN,
        ),
        Step(
            _("Two real minutes in {subject}, understood"),
            _(
                "Find two minutes in {subject} made for native speakers: a clip, a song, the "
                "news. Listen once for the topic, once for details, and once with a transcript "
                "or subtitles. Note what you only understood when you read it."
            ),
            _("the link, the main points in your own words, and five new words in sentences."),
            2,
            60,
            ("listening", "vocabulary"),
            _UNDERSTOOD,
        ),
        Step(
            _("Ten questions that you will be asked in {subject}"),
            _(
                "Write ten questions in {subject} that people will ask you on the way to your "
                "goal. Answer each aloud in two or three sentences without reading. Repeat those "
                "on which you got stuck."
            ),
            _("the questions, your answers as you said them, and where you got stuck and why."),
            2,
            75,
            ("speaking", "vocabulary"),
            _SPOKEN,
        ),
        Step(
            _("Read a short text in {subject} and retell it"),
            _(
                "Choose a text in {subject} of about 300 words that is close to your goal. Read "
                "it without a dictionary first and guess. Then look up only what blocks you, and "
                "retell it in {subject} in 80 to 120 words."
            ),
            _("the source, your retelling, and the guesses that were right and wrong."),
            3,
            90,
            ("reading", "writing"),
            _UNDERSTOOD,
        ),
        Step(
            _("What happened: a story in the past in {subject}"),
            _(
                "Tell something that happened to you, in the past, with a beginning, a problem "
                "and an end. Speak for two minutes or write 120 to 150 words. Mark each past "
                "form and check it."
            ),
            _("the story, the forms you checked, and the rule behind one of your mistakes."),
            3,
            90,
            ("speaking", "writing", "grammar"),
            _WRITTEN,
        ),
        Step(
            _("Keep a conversation in {subject} going"),
            _(
                "Talk in {subject} for five minutes or more, with a partner, a tutor, or aloud "
                "in two roles. Use three ways to keep going when a word is missing: ask, "
                "describe, start again. Do not switch to another language."
            ),
            _(
                "what you talked about, three moments word for word, and what you will say "
                "better next time."
            ),
            4,
            90,
            ("speaking", "listening"),
            _SPOKEN,
        ),
        Step(
            _("Your opinion in {subject}, with reasons"),
            _(
                "Take a question on which people around you disagree. Give your opinion in "
                "{subject} with three reasons, one example from your life, and an answer to "
                "somebody who disagrees: 180 to 220 words or three minutes of speech."
            ),
            _("the text or transcript, and a list of the linking words you used."),
            4,
            120,
            ("writing", "speaking", "grammar"),
            _WRITTEN,
        ),
        Step(
            _("Proof: {goal}"),
            _(
                "Do what your goal says, as near to real life as you can make it: {goal}. "
                "Decide beforehand how you will know that it worked. Do it without notes."
            ),
            _(
                "a recording, transcript or honest account, what worked, what did not, and how "
                "far you have come since you started."
            ),
            5,
            120,
            ("speaking", "listening", "writing", "reading"),
            _PROOF,
        ),
    ),
)
