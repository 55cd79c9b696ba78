"""Prompts in the admin: a text is edited as a new version, tried on a sample, made active, and
taken back. Who did what stands in each version's history."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ai import prompt_versions, prompts
from ai.exchange import Purpose
from ai.models import PromptTemplate
from ai.prompts import BadPrompt
from learnquest.core.errors import DomainError


class VersionForm(forms.ModelForm[PromptTemplate]):
    """A new version. Trying it shows the form again, with what a sample would be asked."""

    class Meta:
        model = PromptTemplate
        fields = ("name", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 32, "cols": 100, "spellcheck": "true"})}
        help_texts = {
            "text": _(
                "First the system part, without variables; then a line “=== user ===”; then the "
                "message, in which $variables stand for what the learner wrote."
            )
        }

    preview: tuple[str, str] | None = None

    def is_valid(self) -> bool:
        is_good = super().is_valid()
        if "_preview" not in self.data:
            return is_good
        if is_good:
            self.preview = prompt_versions.preview(
                name=self.cleaned_data["name"], text=self.cleaned_data["text"]
            )
        # Shown again, and not saved.
        return False


@admin.register(PromptTemplate)
class PromptTemplateAdmin(admin.ModelAdmin[PromptTemplate]):
    form = VersionForm
    list_display = ("name", "version", "active", "author", "created_at", "activated_at")
    list_filter = ("name", "active")
    list_select_related = ("author",)
    search_fields = ("text",)
    actions = ("activate",)
    shown = (
        "name", "version", "active", "text", "author", "created_at", "activated_by", "activated_at",
    )  # fmt: skip

    def get_fields(
        self, request: HttpRequest, obj: PromptTemplate | None = None
    ) -> tuple[str, ...]:
        return ("name", "text") if obj is None else self.shown

    def get_readonly_fields(
        self, request: HttpRequest, obj: PromptTemplate | None = None
    ) -> tuple[str, ...]:
        # Answers name the version that they came from: what it says must not change under them.
        return () if obj is None else self.shown

    def has_delete_permission(
        self, request: HttpRequest, obj: PromptTemplate | None = None
    ) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin a new version with the text of the one named in the address."""
        told: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        number = request.GET.get("copy", "")
        copied = PromptTemplate.objects.filter(pk=number).first() if number.isdecimal() else None
        return told | ({"name": copied.name, "text": copied.text} if copied else {})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context: dict[str, Any] = {"variables": _variables(), **(extra_context or {})}
        if object_id is None or not object_id.isdecimal():
            return super().changeform_view(request, object_id, form_url, context)
        if request.method == "POST":
            return self._decide(request, get_object_or_404(PromptTemplate, pk=object_id))
        prompt = PromptTemplate.objects.filter(pk=object_id).first()
        if prompt is not None:
            context["earlier"] = prompt_versions.version_before(prompt.name)
            try:
                context["preview"] = prompt_versions.preview(name=prompt.name, text=prompt.text)
            except BadPrompt as refusal:
                context["preview_error"] = str(refusal)
        return super().changeform_view(request, object_id, form_url, context)

    def _decide(self, request: HttpRequest, prompt: PromptTemplate) -> HttpResponse:
        """Make a version active, or roll back from it; nothing else of it can be changed."""
        if not self.has_change_permission(request, prompt):
            raise PermissionDenied
        try:
            if "_roll_back" in request.POST:
                self._roll_back(request, prompt)
            elif "_activate" in request.POST:
                self._activate(request, prompt)
        except DomainError as refusal:
            self.message_user(request, str(refusal), level=messages.ERROR)
        return HttpResponseRedirect(request.path)

    def save_model(
        self, request: HttpRequest, obj: PromptTemplate, form: Any, change: bool
    ) -> None:
        prompt_versions.add(prompt=obj, by=_by(request))

    @admin.action(description=_("Make this version the active one"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[PromptTemplate]) -> None:
        chosen = list(queryset)
        if len({prompt.name for prompt in chosen}) < len(chosen):
            self.message_user(
                request, _t("Choose one version of each prompt."), level=messages.ERROR
            )
            return
        for prompt in chosen:
            if not prompt.active:
                self._activate(request, prompt)

    def _activate(self, request: HttpRequest, prompt: PromptTemplate) -> None:
        before = PromptTemplate.objects.filter(name=prompt.name, active=True).first()
        prompt_versions.activate(prompt=prompt, by=_by(request))
        self.log_change(request, prompt, _t("Made active."))
        if before is not None:
            self.log_change(request, before, _t("Replaced by version %(n)d.") % _n(prompt))
        self.message_user(request, _t("%(prompt)s is asked with from now on.") % {"prompt": prompt})

    def _roll_back(self, request: HttpRequest, prompt: PromptTemplate) -> None:
        before = prompt_versions.roll_back(name=prompt.name, by=_by(request))
        self.log_change(request, prompt, _t("Rolled back to version %(n)d.") % _n(before))
        self.log_change(request, before, _t("Made active again."))
        self.message_user(
            request, _t("Rolled back: %(prompt)s is asked with from now on.") % {"prompt": before}
        )


def _n(prompt: PromptTemplate) -> dict[str, int]:
    return {"n": prompt.version}


def _by(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _variables() -> list[tuple[Any, list[tuple[str, bool]]]]:
    """Return, for each prompt, its variables and whether it needs them."""
    labels = dict(PromptTemplate._meta.get_field("name").flatchoices)
    return [
        (
            labels[purpose.value],
            [(name, name in prompts.needed(purpose)) for name in prompts.allowed(purpose)],
        )
        for purpose in Purpose
    ]
