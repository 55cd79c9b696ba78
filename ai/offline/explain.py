"""The offline coach's explanation: it knows no facts, so it offers a way to find them."""

from django.utils.translation import gettext as _

from ai.offline.words import is_term, sentences, stem, terms, words
from ai.schemas import ExplainInputs, Explanation


def explain(inputs: ExplainInputs) -> Explanation:
    """Return a study scaffold for a concept, and say plainly that it is no explanation."""
    concept = " ".join(inputs.concept.split())
    where = _where_it_occurs(concept, inputs.context)
    return Explanation(
        summary=_(
            "The offline coach has no encyclopaedia, so it cannot tell you what “%(concept)s” "
            "is. It gives you a way to find out and to notice whether you have understood."
        )
        % {"concept": concept},
        explanation="\n\n".join(_steps(concept, inputs.level, where, inputs.context)),
        examples=_examples(concept, inputs.context),
        check_question=_(
            "Without looking: what is %(concept)s in two sentences, when do you need it, and "
            "what is something that looks like it but is not?"
        )
        % {"concept": concept},
    )


def _where_it_occurs(concept: str, context: str) -> str:
    """Return the sentence of the context that speaks of the concept, word for word."""
    wanted = {stem(word) for word in words(concept) if is_term(word)}
    best = max(sentences(context), key=lambda s: len(wanted & s.stems), default=None)
    return best.text[:400] if best is not None and wanted & best.stems else ""


def _steps(concept: str, level: str, where: str, context: str) -> list[str]:
    names = {"concept": concept}
    steps = []
    if where:
        steps.append(
            _(
                "1. Start where you met it: “%(where)s” Replace “%(concept)s” in this sentence "
                "by your own guess. Does the sentence still make sense? Keep the guess."
            )
            % {**names, "where": where}
        )
    else:
        steps.append(
            _(
                "1. Start with a guess: write one sentence “%(concept)s is a kind of … that …”. "
                "Keep it, even if you are not sure."
            )
            % names
        )
    steps.append(
        _(
            "2. Look for answers to four questions, in this order. What kind of thing is "
            "%(concept)s? What is it for, and what would be harder without it? What are its "
            "parts or conditions? What is it often confused with?"
        )
        % names
    )
    steps.append(_look_up(concept, level, context))
    steps.append(
        _(
            "4. Close everything and write five lines of your own: your guess from step 1 put "
            "right, one example that you made up, one case that does not count and why, and one "
            "question that is still open. What you cannot write is what to read again."
        )
    )
    return steps


def _look_up(concept: str, level: str, context: str) -> str:
    around = [word for key, word in terms(context).items() if key not in terms(concept)]
    search = " ".join([f"“{concept}”", *around[:2]])
    if level.casefold() == "advanced":
        where = _("the primary source: a standard work, the official documentation, a paper")
    elif level.casefold() == "intermediate":
        where = _("a textbook chapter or the official documentation, then a worked example")
    else:
        where = _("an encyclopaedia's first paragraph, then a beginners' text with pictures")
    return _(
        "3. Where to look: search for %(search)s, and read %(where)s. Take two sources that do "
        "not copy each other; where they differ, write down the difference."
    ) % {"search": search, "where": where}


def _examples(concept: str, context: str) -> list[str]:
    names = {"concept": concept}
    prompts = [
        _("Fill in: %(concept)s is a … that … so that …") % names,
        _("Fill in: an example of %(concept)s is …, because …") % names,
        _("Fill in: … looks like %(concept)s, but it is not, because …") % names,
    ]
    if context.strip():
        prompts.append(_("Fill in: in what I am working on, %(concept)s matters because …") % names)
    return prompts
