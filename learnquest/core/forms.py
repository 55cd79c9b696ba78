"""How forms look: each field with its label, help and errors, from our own template."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Django's own renderer over the site's templates."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
