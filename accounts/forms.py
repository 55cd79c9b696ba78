"""The forms of accounts: they validate and hand over, the deeds do."""

import zoneinfo
from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.socialaccount.forms import SignupForm as SocialSignupForm
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from learnquest.core.text import clean_line


class Plain:
    """Labels say what a field is for; allauth's placeholders only repeat them."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SignUpForm(Plain, account_forms.SignupForm):  # type: ignore[misc]  # allauth is untyped
    display_name = forms.CharField(
        label=_("What should we call you?"),
        max_length=60,
        help_text=_("Shown on the leaderboard. You can change it at any time."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    # Filled in by the browser where scripts run; the server's own zone otherwise.
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ("display_name", "email", "password1")

    def clean_display_name(self) -> str:
        return clean_line(self.cleaned_data["display_name"])

    def clean_time_zone(self) -> str:
        """Fall back to UTC where a browser names a zone that we do not know."""
        name: str = self.cleaned_data["time_zone"]
        return name if name in zoneinfo.available_timezones() else "UTC"

    def try_save(self, request: HttpRequest) -> Any:
        """Take as long for an address in use as for a new one, whose password is hashed."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)


class SignInForm(Plain, account_forms.LoginForm):  # type: ignore[misc]  # allauth is untyped
    pass


class ChangeEmailForm(Plain, account_forms.AddEmailForm):  # type: ignore[misc]  # untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail address")


class ChosenPassword(Plain):
    """A new password, its fields named as the other fields are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "oldpassword": _("Current password"),
            "password1": _("New password"),
            "password2": _("New password, once more"),
        }
        for name, label in labels.items():
            if name in self.fields:
                self.fields[name].label = label


class ChangePasswordForm(ChosenPassword, account_forms.ChangePasswordForm):  # type: ignore[misc]  # untyped
    pass


class SetPasswordForm(ChosenPassword, account_forms.SetPasswordForm):  # type: ignore[misc]  # untyped
    pass


class ResetPasswordForm(Plain, account_forms.ResetPasswordForm):  # type: ignore[misc]  # untyped
    pass


class NewPasswordForm(ChosenPassword, account_forms.ResetPasswordKeyForm):  # type: ignore[misc]  # untyped
    pass


class ReauthenticateForm(Plain, account_forms.ReauthenticateForm):  # type: ignore[misc]  # untyped
    pass


class ProviderSignUpForm(Plain, SocialSignupForm):  # type: ignore[misc]  # allauth is untyped
    pass


class CodeField(Plain):
    """A code that is typed from elsewhere: the only field, so the cursor waits in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= {
            "autofocus": True,
            "autocapitalize": "none",
            "spellcheck": "false",
            "class": "code-input",
        }


class ActivateCodesForm(CodeField, ActivateTOTPForm):  # type: ignore[misc]  # untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("The six digits that the app shows now")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class SecondStepForm(CodeField, mfa_forms.AuthenticateForm):  # type: ignore[misc]  # untyped
    pass


class ConfirmByCodeForm(CodeField, mfa_forms.ReauthenticateForm):  # type: ignore[misc]  # untyped
    pass


class AddPasskeyForm(Plain, AddWebAuthnForm):  # type: ignore[misc]  # allauth is untyped
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(
            label=_("Name"),
            max_length=60,
            required=False,
            help_text=_("So that you know it again, such as “Laptop” or “Blue key”."),
        )
        self.fields["passwordless"].label = _("Sign in with it alone, without a password")
        self.fields["passwordless"].help_text = _(
            "Your device will ask for your fingerprint, face or PIN. "
            "Without this, it is the second step after your password."
        )
        self.fields["passwordless"].initial = True


class ProfileForm(forms.ModelForm[User]):
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("All times are shown in it, and your days begin by it.")
    )
    locale = forms.ChoiceField(label=_("Language"))

    class Meta:
        model = User
        fields = ("display_name", "username", "bio", "time_zone", "locale")
        widgets = {"bio": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(name for name in zoneinfo.available_timezones() if "/" in name)
        _choices(self, "time_zone", [("UTC", "UTC"), *((z, z.replace("_", " ")) for z in zones)])
        # Only languages that exist; one that is gone since leaves the choice to the reader.
        _choices(self, "locale", list(settings.LANGUAGES))


class PrivacyForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = ("is_profile_public", "is_on_leaderboard", "sees_only_neighbours", "wants_ai")
        help_texts = {
            "is_profile_public": _(
                "Whoever is signed in can open your page: name, text, badges, level, days of "
                "activity and public goals. Never your e-mail address."
            ),
            "is_on_leaderboard": _("Off, nobody else sees your rank, and you are not counted."),
            "sees_only_neighbours": _(
                "The leaderboard shows you, five above and five below; the rest is a click away."
            ),
        }


class MailForm(forms.ModelForm[User]):
    class Meta:
        model = User
        fields = (
            "wants_review_mail",
            "wants_review_invitations",
            "wants_digest_mail",
            "wants_moderation_mail",
        )
        help_texts = {
            "wants_review_invitations": _("By mail and in your inbox, at most once a day.")
        }


class PictureForm(forms.Form):
    """The file goes to its deed as it is, which alone decides what a picture is."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_("JPEG, PNG, WebP or GIF, up to 2 MB. It is cut to a square."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
        error_messages={
            "required": _("Choose a picture first."),
            "empty": _("This file is empty. Choose another one."),
        },
        max_length=255,
    )


def _choices(form: forms.BaseForm, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
