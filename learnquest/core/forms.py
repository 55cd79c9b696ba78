"""How forms look, from our own template, and ids from forms that a database can look for."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import ModelMultipleChoiceField
from django.forms.renderers import TemplatesSetting

# The ids of both databases have 19 digits at most.
MOST_DIGITS = 18


def ids(values: Iterable[str]) -> list[int]:
    """Return the values that can be ids, as numbers; what cannot be is the id of nothing."""
    return [int(one) for one in values if one.isdecimal() and len(one) <= MOST_DIGITS]


class ManyField(ModelMultipleChoiceField):  # type: ignore[type-arg]  # of any model
    """Some rows, by id. A number that no database can look for is refused like any that is not."""

    def clean(self, value: Any) -> Any:
        for one in value or ():
            if not ids([str(one)]):
                message = self.error_messages["invalid_pk_value"]
                raise ValidationError(
                    message, code="invalid_pk_value", params={"pk": str(one)[:MOST_DIGITS]}
                )
        return super().clean(value)


class Renderer(TemplatesSetting):
    """Django's own renderer over the site's templates."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
