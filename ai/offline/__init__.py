"""The coach that answers when no model is set up: deterministic, free, on this machine."""

from ai.exchange import Question, Reply, State
from ai.offline import explain, feedback, hint, plan, replan, review, vary
from ai.schemas import (
    Answer,
    ExplainInputs,
    FeedbackInputs,
    HintInputs,
    PlanInputs,
    ReplanInputs,
    ReviewInputs,
    VaryInputs,
)

MODEL = "offline-coach"


class OfflineCoach:
    """A provider without a network. The same question always gets the same answer."""

    model = MODEL

    def ask(self, question: Question) -> Reply:
        """Answer from the inputs alone."""
        answer = question.settle(_answer(question))
        return Reply(state=State.OK, answer=answer, raw=answer.model_dump_json())


def _answer(question: Question) -> Answer:
    match question.inputs:
        case PlanInputs() as inputs:
            return plan.plan(inputs)
        case VaryInputs() as inputs:
            return vary.vary(inputs)
        case ReplanInputs() as inputs:
            return replan.replan(inputs)
        case FeedbackInputs() as inputs:
            return feedback.feedback(inputs)
        case ExplainInputs() as inputs:
            return explain.explain(inputs)
        case HintInputs() as inputs:
            return hint.hint(inputs)
        case ReviewInputs() as inputs:
            return review.review(inputs)
