from django import forms
from django.utils.translation import gettext_lazy as _

from ai.explaining import MAX_CONCEPT, MAX_CONTEXT

LEVELS = [
    ("beginner", _("Beginner")),
    ("intermediate", _("Intermediate")),
    ("advanced", _("Advanced")),
    ("expert", _("Expert")),
]


class ExplainForm(forms.Form):
    concept = forms.CharField(label=_("What do you want explained?"), max_length=MAX_CONCEPT)
    level = forms.ChoiceField(label=_("For whom?"), choices=LEVELS)
    context = forms.CharField(
        label=_("Where did you meet it?"),
        required=False,
        max_length=MAX_CONTEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence or two; the examples will come from there."),
    )
