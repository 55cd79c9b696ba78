"""The forms of goals: they validate and hand over, the deeds do."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from goals.models import Goal, Milestone
from goals.progress_log import MOST_MINUTES_AT_ONCE
from goals.tags import clean_tags
from learnquest.core.errors import Invalid


class DateInput(forms.DateInput):
    """The browser's own date picker, which wants ISO dates whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TagsField(forms.CharField):
    """Tags as a learner types them, "spanish, speaking", and as the goal keeps them."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        try:
            return clean_tags((super().clean(value) or "").split(","))
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


class GoalForm(forms.ModelForm[Goal]):
    """A title is enough: whatever else is left out gets what a new goal has, or stays."""

    tags = TagsField(
        label=_("Tags"),
        required=False,
        help_text=_("Separate them with commas, eight at most."),
        widget=forms.TextInput(
            attrs={"list": "tags-known", "data-tags": "", "autocomplete": "off"}
        ),
    )
    icon = forms.ChoiceField(
        label=_("Icon"),
        required=False,
        choices=[("", _("The field's own")), *Goal.Icon.choices],
        widget=forms.RadioSelect,
    )
    colour = forms.ChoiceField(
        label=_("Colour"), required=False, choices=Goal.Colour.choices, widget=forms.RadioSelect
    )

    class Meta:
        model = Goal
        fields = (
            "title",
            "description",
            "category",
            "level",
            "target_date",
            "start_date",
            "tags",
            "visibility",
            "icon",
            "colour",
        )
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "target_date": DateInput(),
            "start_date": DateInput(),
        }
        help_texts = {
            "title": _("One sentence that you could show to be true."),
            "description": _("The coach reads this too. Markdown works."),
            "target_date": _("Optional. The plan and the forecast aim at it."),
            "visibility": _("Your work and reviews stay private in any case."),
        }

    DEFAULTED = ("category", "level", "start_date", "visibility", "colour")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = {name: getattr(self.instance, name) for name in self.DEFAULTED}
        for name in self.DEFAULTED:
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name in self.DEFAULTED:
            if not cleaned.get(name) and name not in self.errors:
                cleaned[name] = self.kept[name]
        return cleaned

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """What has good defaults."""
        return [self[name] for name in ("start_date", "tags", "visibility")]


class MilestoneForm(forms.ModelForm[Milestone]):
    class Meta:
        model = Milestone
        fields = ("title", "due_date")
        widgets = {"due_date": DateInput()}


class PracticeForm(forms.Form):
    minutes = forms.IntegerField(
        label=_("Minutes"), min_value=1, max_value=MOST_MINUTES_AT_ONCE, initial=30
    )
    note = forms.CharField(label=_("What did you do?"), max_length=500, required=False)
