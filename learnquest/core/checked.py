"""Turn what Django's model validation says into a refusal that names the fields."""

from collections.abc import Collection

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.forms import BaseForm
from django.utils.translation import gettext as _

from learnquest.core.errors import DomainError, Invalid


def check(
    instance: models.Model,
    *,
    exclude: Collection[str] | None = None,
    constraints: bool = True,
) -> None:
    """Validate fields and, unless told otherwise, constraints of `instance`.

    Raises Invalid with the messages by field; those of no single field stand under "".
    """
    try:
        instance.full_clean(exclude=set(exclude or ()), validate_constraints=constraints)
    except ValidationError as error:
        raise as_invalid(error) from error


def as_invalid(error: ValidationError) -> Invalid:
    """Return Django's validation error as a refusal."""
    if not hasattr(error, "error_dict"):
        return Invalid(" ".join(error.messages), errors={"": error.messages})
    fields = {
        ("" if name == NON_FIELD_ERRORS else name): messages
        for name, messages in error.message_dict.items()
    }
    detail = " ".join(fields.get("", [])) or _("Some fields need another look.")
    return Invalid(detail, errors=fields)


def show_on(form: BaseForm, refusal: DomainError) -> None:
    """Put a deed's refusal where the learner looks: at its fields, or above the form."""
    named = {name: texts for name, texts in refusal.errors.items() if name in form.fields}
    for name, texts in named.items():
        for text in texts:
            form.add_error(name, text)
    if not named:
        form.add_error(None, str(refusal))
