"""A small example of what each purpose is asked with, on which a prompt can be tried."""

from datetime import date

from ai.exchange import Purpose
from ai.schemas import (
    AnyInputs,
    Criterion,
    ExplainInputs,
    FeedbackInputs,
    HintInputs,
    OpenChallenge,
    OpenMilestone,
    PlanCriterion,
    PlanInputs,
    ReplanInputs,
    ReviewInputs,
    VaryInputs,
)

_TITLE = "Describe your morning"
_TASK = "Describe your morning in Spanish in 60 to 80 words, with times and reasons."
_RUBRIC = [
    Criterion(key="order", name="Order", description="Times stand in order.", weight=60),
    Criterion(key="reasons", name="Reasons", description="It says why.", weight=40),
]
_WORK = "Me levanto a las seis porque el autobús sale a las 6:40. Luego hago café – despacio."

SAMPLES: dict[Purpose, AnyInputs] = {
    Purpose.PLAN: PlanInputs(
        title="Hold a 10-minute conversation in Spanish",
        description="I want to talk to my neighbours.",
        category="languages",
        level="beginner",
        today=date(2026, 1, 12),
        target_date=date(2026, 6, 1),
        hours_per_week=4,
        wish="More speaking than grammar.",
        existing_titles=["Say who you are"],
    ),
    Purpose.VARY: VaryInputs(
        goal="Hold a 10-minute conversation in Spanish",
        category="languages",
        level="beginner",
        title=_TITLE,
        instructions=_TASK,
        difficulty=2,
        minutes=45,
        rubric=[PlanCriterion(name=c.name, description=c.description, weight=c.weight)
                for c in _RUBRIC],
        how="easier",
        existing_titles=["Say who you are", _TITLE],
        refused_titles=["Describe your flat"],
    ),
    Purpose.REPLAN: ReplanInputs(
        title="Hold a 10-minute conversation in Spanish",
        category="languages",
        level="beginner",
        today=date(2026, 4, 20),
        target_date=date(2026, 6, 1),
        hours_per_week=2,
        wish="I was ill for three weeks.",
        milestones=[OpenMilestone(number=1, title="A first talk", due_date=date(2026, 3, 1))],
        challenges=[
            OpenChallenge(number=1, title=_TITLE, instructions=_TASK, difficulty=2, minutes=45,
                          milestone=1, is_begun=True),
        ],
        done_titles=["Say who you are"],
    ),
    Purpose.FEEDBACK: FeedbackInputs(
        challenge_title=_TITLE, instructions=_TASK, rubric=_RUBRIC, body=_WORK
    ),
    Purpose.EXPLAIN: ExplainInputs(
        concept="the subjunctive", level="beginner", context="I read “espero que vengas”."
    ),
    Purpose.HINT: HintInputs(
        challenge_title=_TITLE,
        instructions=_TASK,
        rubric=_RUBRIC,
        draft=_WORK,
        step=2,
        earlier_hints=["Look at the second half of the task: what does it ask for beside times?"],
    ),
    Purpose.REVIEW: ReviewInputs(
        challenge_title=_TITLE,
        comments={"order": "Nice.", "overall": "The reasons are clear, the last sentence is not."},
    ),
}  # fmt: skip
