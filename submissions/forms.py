"""The form of a draft: it takes everything, so that nothing typed is ever refused and lost."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class AnyText(forms.CharField):
    """A text as it is typed or pasted; NUL, which no database keeps, is left out."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("\x00", "") if isinstance(value, str) else value)


class WorkText(AnyText):
    """The work itself: a draft may lack it, but nobody should take it for optional."""

    is_needed_later = True


class WorkForm(forms.Form):
    # Of the draft that was opened, as `drafting.version_of` says it; None where none was sent.
    version = forms.Field(required=False, widget=forms.HiddenInput)
    body = WorkText(
        label=_("Your work"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "class": "editor"}),
        help_text=_("Markdown works: **bold**, lists, `code`, tables."),
    )
    link = AnyText(
        label=_("Link"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
        help_text=_("Where reviewers find a recording or a repository. It may show who you are."),
    )

    def ask_for_link(self, asked: bool) -> None:
        """Say beside the link that the challenge asks for it; a draft may still lack it."""
        self.fields["link"].is_asked_for = asked  # type: ignore[attr-defined]  # for the template
