from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserCreationForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.audit_admin import RolesAreNoted
from accounts.models import Notification, RefreshToken, User


class NewUserForm(UserCreationForm[User]):
    class Meta:
        model = User
        fields = ("email", "username", "display_name")


@admin.register(User)
class UserAdmin(RolesAreNoted, DjangoUserAdmin[User]):
    add_form = NewUserForm
    list_display = ("email", "username", "display_name", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff", "groups", "is_on_leaderboard")
    search_fields = ("email", "username", "display_name")
    ordering = ("-date_joined",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "username", "password")}),
        (_("Profile"), {"fields": ("display_name", "bio", "time_zone", "locale")}),
        (
            _("Choices"),
            {
                "fields": (
                    "is_profile_public",
                    "is_on_leaderboard",
                    "wants_review_mail",
                    "wants_review_invitations",
                    "wants_digest_mail",
                    "wants_ai",
                    "wants_moderation_mail",
                )
            },
        ),
        (
            _("Rights"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "username", "display_name", "password1", "password2")}),
    )


@admin.register(RefreshToken)
class RefreshTokenAdmin(admin.ModelAdmin[RefreshToken]):
    """To look at; the token itself is nowhere."""

    list_display = ("user", "family", "created_at", "expires_at", "revoked_at", "ip")
    search_fields = ("user__email",)
    date_hierarchy = "created_at"
    list_select_related = ("user",)
    fields = ("user", "family", "created_at", "expires_at", "revoked_at", "user_agent", "ip")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Notification)
class NotificationAdmin(admin.ModelAdmin[Notification]):
    list_display = ("user", "kind", "subject", "created_at", "read_at")
    list_filter = ("kind",)
    search_fields = ("user__email", "subject")
    autocomplete_fields = ("user",)
    list_select_related = ("user",)
    date_hierarchy = "created_at"
