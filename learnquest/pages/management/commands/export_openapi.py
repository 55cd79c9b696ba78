from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

TARGET = Path(settings.BASE_DIR) / "docs" / "api" / "openapi.yaml"


class Command(BaseCommand):
    help = "Write the API's OpenAPI document to docs/api/openapi.yaml; with --check compare only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail where it would change")

    def handle(self, *args: Any, **options: Any) -> None:
        text = _document()
        if not options["check"]:
            TARGET.parent.mkdir(parents=True, exist_ok=True)
            TARGET.write_text(text, encoding="utf-8")
            self.stdout.write(f"Wrote {TARGET.relative_to(settings.BASE_DIR)}.")
        elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
            raise CommandError("docs/api/openapi.yaml is out of date: run make docs.")


def _document() -> str:
    # A tool of development; the site itself answers JSON.
    import yaml

    from learnquest.api import api

    schema = _plain(api.get_openapi_schema())
    return str(yaml.safe_dump(schema, sort_keys=False, allow_unicode=True, width=100))


def _plain(value: Any) -> Any:
    """Turn the schema's own kinds of mapping and text into plain ones."""
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, bool | int | float) or value is None:
        return value
    return str(value)
