"""The forms of challenges and proposals, with their rubric."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from challenges.models import MOST_MIN_WORDS, Challenge, Plan, Proposal, Quest, Replan
from challenges.rubrics import MAX_CRITERIA, default_rubric
from goals.forms import DateInput
from goals.models import Goal
from learnquest.core.errors import DomainError
from learnquest.core.forms import ManyField
from learnquest.core.versions import Difference

DIFFICULTIES = [
    (1, _("1: a warm-up")),
    (2, _("2: easy")),
    (3, _("3: a stretch")),
    (4, _("4: hard")),
    (5, _("5: a masterpiece")),
]

# The levels that reviewers choose from, the best first.
LEVELS = [
    (100, _("Excellent work")),
    (75, _("Good work")),
    (50, _("Fair work")),
    (25, _("Weak work")),
    (0, _("Missing")),
]


class CriterionForm(forms.Form):
    key = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Criterion"), max_length=80, required=False)
    description = forms.CharField(
        label=_("What good work shows"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    weight = forms.IntegerField(label=_("Weight in %"), min_value=1, max_value=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for score, label in LEVELS:
            self.fields[f"level_{score}"] = forms.CharField(
                label=label, max_length=300, required=False
            )
        # The page says once what may be left out, instead of at each of forty fields.
        for field in self.fields.values():
            field.is_needed_later = True  # type: ignore[attr-defined]

    @property
    def level_fields(self) -> list[forms.BoundField]:
        """What work at each level looks like."""
        return [self[f"level_{score}"] for score, _label in LEVELS]

    @property
    def has_levels(self) -> bool:
        return any(field.value() for field in self.level_fields)

    def levels(self, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the levels that are described; those of other scores stay as they were."""
        asked = {score for score, _label in LEVELS}
        said = [
            {"score": score, "text": text}
            for score in asked
            if (text := self.cleaned_data[f"level_{score}"].strip())
        ]
        others = [level for level in before if level["score"] not in asked]
        return sorted([*said, *others], key=lambda level: level["score"])


class BaseRubricFormSet(forms.BaseFormSet[CriterionForm]):
    """The rubric as rows; an empty name means no such row."""

    @property
    def shown_rows(self) -> list[CriterionForm]:
        """The rows that are filled in, and three at least."""
        return [row for at, row in enumerate(self.forms) if at < 3 or row["name"].value()]

    @property
    def spare_rows(self) -> list[CriterionForm]:
        shown = self.shown_rows
        return [row for row in self.forms if row not in shown]

    def rubric(self, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the criteria; without any weight given they weigh the same.

        `before` is the rubric as it was: levels of scores for which there is no field stay.
        """
        levels = {item["key"]: item.get("levels", []) for item in before}
        rows = [
            {**row, "levels": form.levels(levels.get(row["key"], []))}
            for form in self.forms
            if (row := form.cleaned_data).get("name")
        ]
        if rows and not any(row["weight"] for row in rows):
            shares = even_weights(len(rows))
            rows = [{**row, "weight": share} for row, share in zip(rows, shares, strict=True)]
        return [
            {
                "key": row["key"],
                "name": row["name"],
                "description": row["description"],
                "weight": row["weight"] or 0,
                "levels": row["levels"],
            }
            for row in rows
        ]


def even_weights(count: int) -> list[int]:
    """Return `count` whole weights that add up to 100 and differ by one at most."""
    share, rest = divmod(100, count)
    return [share + (1 if number < rest else 0) for number in range(count)]


RubricFormSet = forms.formset_factory(
    CriterionForm,
    formset=BaseRubricFormSet,
    extra=0,
    min_num=MAX_CRITERIA,
    max_num=MAX_CRITERIA,
    absolute_max=MAX_CRITERIA,
)


def rubric_formset(data: Any, rubric: list[dict[str, Any]] | None) -> BaseRubricFormSet:
    """Return the rows for `rubric`, or for the plain one, bound to `data` where there is some."""
    initial = [
        criterion
        | {f"level_{level['score']}": level["text"] for level in criterion.get("levels", [])}
        for criterion in rubric or default_rubric()
    ]
    formset = RubricFormSet(data, initial=initial, prefix="rubric")
    assert isinstance(formset, BaseRubricFormSet)
    return formset


def about_rubric(refusal: DomainError, rubric: BaseRubricFormSet) -> DomainError:
    """Put what is wrong with the rubric above its rows, where the learner can mend it."""
    for text in refusal.errors.get("rubric", []):
        rubric.non_form_errors().append(text)
    return refusal


def rubric_difference(current: Any, rubric: BaseRubricFormSet) -> list[Difference]:
    """Return how the typed rows differ from the rubric that `current` has now, if they do."""
    kept, new = _as_text(current.rubric), _as_text(rubric.rubric(current.rubric))
    return [] if kept == new else [Difference(str(_("Rubric")), kept, new)]


def _as_text(rubric: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"{item['name']} ({item['weight']} %) {item.get('description', '')}".rstrip()
        for item in rubric
    )


class ChallengeForm(forms.ModelForm[Challenge]):
    difficulty = forms.TypedChoiceField(
        label=_("Difficulty"), choices=DIFFICULTIES, coerce=int, initial=2
    )

    min_words = forms.IntegerField(
        label=_("Words at least"),
        required=False,
        min_value=0,
        max_value=MOST_MIN_WORDS,
        help_text=_("Work with fewer words cannot be handed in. Empty means any length."),
    )

    class Meta:
        model = Challenge
        fields = (
            "title",
            "instructions",
            "difficulty",
            "estimated_minutes",
            "due_date",
            "milestone",
            "needs",
            "min_words",
            "requires_link",
            "requires_attachment",
        )
        widgets = {
            "instructions": forms.Textarea(attrs={"rows": 8}),
            "due_date": DateInput(),
            "needs": forms.CheckboxSelectMultiple,
        }
        field_classes = {"needs": ManyField}
        help_texts = {
            "instructions": _("Say what to hand in. Markdown works."),
            "estimated_minutes": _("Progress is weighted by this."),
            "needs": _("Until these are handed in, this one can be looked at and not begun."),
        }

    def __init__(
        self, *args: Any, goal: Goal, leave_out: Collection[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in leave_out:
            self.fields.pop(name, None)
        field = self.fields["milestone"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = goal.milestones.all()
        field.empty_label = str(_("None"))
        needs = self.fields["needs"]
        assert isinstance(needs, forms.ModelMultipleChoiceField)
        needs.required = False
        needs.queryset = Challenge.objects.filter(goal=goal).exclude(pk=self.instance.pk)
        # Nobody wants to read a 0 there.
        self.initial["min_words"] = self.initial.get("min_words") or None

    def clean_min_words(self) -> int:
        return self.cleaned_data["min_words"] or 0


class ProposalForm(forms.ModelForm[Proposal]):
    difficulty = forms.TypedChoiceField(label=_("Difficulty"), choices=DIFFICULTIES, coerce=int)

    class Meta:
        model = Proposal
        fields = ("title", "instructions", "difficulty", "estimated_minutes")
        widgets = {"instructions": forms.Textarea(attrs={"rows": 6})}


class PlanForm(forms.ModelForm[Plan]):
    class Meta:
        model = Plan
        fields = ("wish", "hours_per_week")
        help_texts = {
            "wish": _("Optional: more speaking, no videos, easier, a project at the end …"),
            "hours_per_week": _("Optional. The plan fits itself to it."),
        }


class ReplanForm(forms.ModelForm[Replan]):
    class Meta:
        model = Replan
        fields = ("wish", "hours_per_week")
        help_texts = {
            "wish": _("Optional: I was ill, work was too much, the steps are too big …"),
            "hours_per_week": _("Optional. How much you can really do from now on."),
        }


class QuestForm(forms.ModelForm[Quest]):
    class Meta:
        model = Quest
        fields = ("title", "summary")
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}
        help_texts = {
            "summary": _("For whom is it, what can they do at the end, what do they need?"),
        }


class StartForm(forms.Form):
    start_date = forms.DateField(
        label=_("When do you start?"),
        widget=DateInput(),
        help_text=_("All dates of the plan are counted from it."),
    )


class ExplainForm(forms.Form):
    concept = forms.CharField(label=_("Explain"), max_length=200)
