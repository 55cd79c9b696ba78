"""The audit log and the mails on their way, to look at; and who gave whom which role."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import audit, devices, erasing
from accounts.models import AuditEvent, KnownDevice, OutgoingMail, User
from learnquest.core.admin import LookOnlyAdmin

SWITCHES = ("is_active", "is_staff", "is_superuser")


@admin.register(AuditEvent)
class AuditEventAdmin(LookOnlyAdmin[AuditEvent]):
    list_display = ("occurred_at", "kind", "user", "actor", "address", "device", "details")
    list_filter = ("kind",)
    search_fields = (
        "user__email", "user__username", "actor__email", "address", "request_id", "user_label",
    )  # fmt: skip
    search_help_text = _("E-mail, username, address, request id, or label of a deleted account")
    list_select_related = ("user", "actor")
    date_hierarchy = "occurred_at"
    list_per_page = 50
    show_full_result_count = False

    @admin.display(description=_("device"))
    def device(self, event: AuditEvent) -> str:
        return devices.name_of(event.user_agent) if event.user_agent else "–"


@admin.register(OutgoingMail)
class OutgoingMailAdmin(LookOnlyAdmin[OutgoingMail]):
    """Without its words: a link in them may open an account."""

    list_display = ("created_at", "template", "to", "state", "attempts", "next_try", "last_error")
    list_filter = ("state", "template")
    search_fields = ("to", "user__email")
    date_hierarchy = "created_at"
    show_full_result_count = False
    fields = (
        "template", "to", "user", "state", "attempts", "next_try", "sent_at", "last_error",
        "message_id", "created_at",
    )  # fmt: skip


@admin.register(KnownDevice)
class KnownDeviceAdmin(LookOnlyAdmin[KnownDevice]):
    list_display = ("user", "name", "first_seen", "last_seen")
    search_fields = ("user__email",)
    list_select_related = ("user",)
    fields = ("user", "name", "first_seen", "last_seen")


class RolesAreNoted(admin.ModelAdmin[User]):
    """Writes into the audit log which rights of a user an admin gave or took."""

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool
    ) -> None:
        # Rights stand in the form's many-to-many fields too, which `save_related` writes later.
        request.roles_before = _roles(obj) if change else set()  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: ModelForm[User], formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        before: set[str] = request.roles_before  # type: ignore[attr-defined]
        after = _roles(form.instance)
        _note(request, before, after, user=form.instance)

    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().user_change_password(  # type: ignore[misc]
            request, *args, **kwargs
        )
        if request.method == "POST" and response.status_code == 302:
            user = User.objects.get(pk=args[0] if args else kwargs["id"])
            audit.record(
                kind=audit.Kind.PASSWORD_CHANGED, user=user, actor=_actor(request), request=request
            )
        return response

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Let whoever may delete a user do so, though nobody deletes known devices alone."""
        rows, counts, _needed, protected = super().get_deleted_objects(objs, request)
        return rows, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Erase as the person themselves would: with files and sessions, and at once."""
        _note_deletion(request, obj)
        erasing.erase(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            self.delete_model(request, user)


class GroupAdmin(DjangoGroupAdmin):
    def save_model(
        self, request: HttpRequest, obj: Group, form: ModelForm[Group], change: bool
    ) -> None:
        before = _permissions(obj.permissions.all()) if change else set()
        request.roles_before = before  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: ModelForm[Group], formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        before: set[str] = request.roles_before  # type: ignore[attr-defined]
        after = _permissions(form.instance.permissions.all())
        _note(request, before, after, group=form.instance.name)


admin.site.unregister(Group)
admin.site.register(Group, GroupAdmin)


def _roles(user: User) -> set[str]:
    """Return all rights as the database has them now."""
    stored = User.objects.get(pk=user.pk)
    return (
        {name for name in SWITCHES if getattr(stored, name)}
        | {f"group {group.name}" for group in stored.groups.all()}
        | _permissions(stored.user_permissions.all())
    )


def _permissions(rows: QuerySet[Permission]) -> set[str]:
    return {
        f"{row.content_type.app_label}.{row.codename}"
        for row in rows.select_related("content_type")
    }


def _note(
    request: HttpRequest, before: set[str], after: set[str], *, user: User | None = None,
    group: str = "",
) -> None:  # fmt: skip
    if before == after:
        return
    details: dict[str, Any] = {"added": after - before, "removed": before - after}
    audit.record(
        kind=audit.Kind.ROLE_CHANGED,
        user=user,
        actor=_actor(request),
        request=request,
        details=details | ({"group": group} if group else {}),
    )


def _note_deletion(request: HttpRequest, user: User) -> None:
    audit.record(kind=audit.Kind.ACCOUNT_DELETED, user=user, actor=_actor(request), request=request)


def _actor(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
