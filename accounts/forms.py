"""The forms of accounts: they validate and hand over, the deeds do."""

import zoneinfo
from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class SignUpForm(AllauthSignupForm):  # type: ignore[misc]  # allauth is untyped
    display_name = forms.CharField(
        label=_("What should we call you?"),
        max_length=60,
        help_text=_("Shown on the leaderboard. You can change it at any time."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    # Filled in by the browser where scripts run; the server's own zone otherwise.
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ("display_name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def clean_time_zone(self) -> str:
        """Fall back to UTC where a browser names a zone that we do not know."""
        name: str = self.cleaned_data["time_zone"]
        return name if name in zoneinfo.available_timezones() else "UTC"


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class ProfileForm(forms.ModelForm[User]):
    time_zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = User
        fields = (
            "display_name",
            "username",
            "bio",
            "time_zone",
            "is_profile_public",
            "is_on_leaderboard",
            "wants_review_mail",
            "wants_digest_mail",
            "wants_ai",
        )
        widgets = {"bio": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(name for name in zoneinfo.available_timezones() if "/" in name)
        zone_field = self.fields["time_zone"]
        assert isinstance(zone_field, forms.ChoiceField)
        zone_field.choices = [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)]
