"""Rows that are for the eyes of the one person whom they are about."""

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from accounts.models import User


class OwnQuerySet[M: models.Model](models.QuerySet[M]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(user=user)
