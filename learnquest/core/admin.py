"""Admin pages of rows that follow from deeds and are not written by hand."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest


class UnwrittenAdmin[M: Model](admin.ModelAdmin[M]):
    """Nobody adds or changes rows here, whatever their permissions; who may, deletes them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


class LookOnlyAdmin[M: Model](UnwrittenAdmin[M]):
    """Nor does anybody delete them."""

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False
