"""What learners fill in to report, and moderators to decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Report

SPANS = [
    (1, _("For one day")),
    (7, _("For a week")),
    (30, _("For 30 days")),
    (0, _("Until a moderator lifts it")),
]


class ReportForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong with it?"), choices=Report.Reason.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("What should the moderators know?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("What is to happen?"),
        choices=[
            (Report.Decision.DISMISSED, _("Nothing: no rule is broken")),
            (Report.Decision.WARNED, _("Warn the person")),
            (Report.Decision.HIDDEN, _("Hide it from everybody else")),
            (Report.Decision.SUSPENDED, _("Hide it and suspend the person")),
        ],
        widget=forms.RadioSelect,
    )
    days = forms.TypedChoiceField(
        label=_("How long, if suspended"), choices=SPANS, coerce=int, initial=7, required=False,
    )  # fmt: skip
    explanation = forms.CharField(
        label=_("Reasons"),
        max_length=2000,
        help_text=_("Both sides read them; who reported stays unnamed."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def deed(self) -> dict[str, Any]:
        """Return what was filled in as the deed takes it."""
        data = self.cleaned_data
        return {
            "decision": data["decision"],
            # Left out where nobody is suspended.
            "days": 7 if data["days"] == "" else data["days"],
            "reason": data["explanation"],
        }
