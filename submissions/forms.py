"""The form of a draft: it takes everything, so that nothing typed is ever refused and lost."""

from django import forms
from django.utils.translation import gettext_lazy as _


class WorkForm(forms.Form):
    body = forms.CharField(
        label=_("Your work"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "class": "editor"}),
        help_text=_("Markdown works: **bold**, lists, `code`, tables."),
    )
    link = forms.CharField(
        label=_("Link"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
        help_text=_("Where reviewers find a recording or a repository. It may show who you are."),
    )
