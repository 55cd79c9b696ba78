"""What an author fills in to appeal, and a moderator to decide."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.models import Appeal


class AppealForm(forms.Form):
    reason = forms.CharField(
        label=_("What did the reviewers overlook?"),
        max_length=2000,
        help_text=_("Be exact: name the criterion, and the place in your work."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class AppealDecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("What is to happen?"),
        choices=[
            (Appeal.Decision.UPHELD, _("The outcome stays")),
            (Appeal.Decision.RAISED, _("Raise the score")),
        ],
        widget=forms.RadioSelect,
    )
    score = forms.DecimalField(
        label=_("New score, if raised"), required=False, min_value=0, max_value=100,
        decimal_places=2, max_digits=5,
    )  # fmt: skip
    explanation = forms.CharField(
        label=_("Reasons"),
        max_length=2000,
        help_text=_("The author and all reviewers read them."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def deed(self) -> dict[str, Any]:
        """Return what was filled in as the deed takes it."""
        data = self.cleaned_data
        score: Decimal | None = data["score"]
        return {"decision": data["decision"], "score": score, "reason": data["explanation"]}
