"""The API's documentation as a page of our own: readable, searchable, without foreign scripts."""

import json
import re
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

# Where the `type` of an error leads on this page, the status, and what it means.
PROBLEMS = [
    ("status-400", 400, "Bad request", "The body is no JSON."),
    (
        "status-401",
        401,
        "Unauthorized",
        "Nobody is signed in, or the token is too old. Sign in.",
    ),
    ("second-factor", 401, "Second factor needed", "Send a code of the authenticator app, too."),
    ("passkey", 401, "Passkey needed", "Sign in in a browser, or add an authenticator app."),
    (
        "status-403",
        403,
        "Forbidden",
        "You may not do this, or the CSRF token is missing.",
    ),
    ("status-404", 404, "Not found", "There is no such thing, or it is somebody else's."),
    ("status-405", 405, "Method not allowed", "See the Allow header."),
    (
        "status-409",
        409,
        "Conflict",
        "As things stand this cannot happen; detail says why.",
    ),
    ("status-422", 422, "Invalid", "Something sent breaks a rule; errors names each field."),
    ("status-429", 429, "Too many requests", "Wait for as many seconds as Retry-After says."),
    ("status-500", 500, "Internal server error", "Our fault; quote request_id when you report it."),
]


@login_not_required
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Every operation with its parameters, body and answers, from the OpenAPI document itself."""
    description, groups = _document()
    context = {"description": description, "groups": groups, "problems": PROBLEMS}
    return render(request, "pages/api_docs.html", context)


@cache
def _document() -> tuple[str, dict[str, list[dict[str, Any]]]]:
    """Return what the API is, in words, and its operations by tag; made once in a process."""
    # The API's root imports this package's routers, so it can only be looked up here.
    from learnquest.api import api

    schema = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            shown = _operation(path, method, operation, schema["components"]["schemas"])
            groups.setdefault(operation["tags"][0], []).append(shown)
    # Paragraphs, without the line breaks of the source.
    return re.sub(r"(?<!\n)\n(?!\n)", " ", schema["info"]["description"]), groups


def _operation(
    path: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]
) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    answers = []
    for status, answer in operation["responses"].items():
        content = answer.get("content", {}).get("application/json", {}).get("schema")
        example = _example(content, schemas) if content else None
        answers.append((int(status), answer["description"], _pretty(example)))
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "text": operation.get("description", ""),
        "parameters": [
            {
                "name": parameter["name"],
                "place": parameter["in"],
                "type": _type(parameter["schema"], schemas),
                "required": parameter.get("required", False),
                "text": parameter["schema"].get("description", ""),
            }
            for parameter in operation.get("parameters", [])
        ],
        "body": _pretty(_example(body["schema"], schemas)) if body else "",
        "fields": _fields(body.get("schema", {}), schemas),
        "answers": answers,
        "is_open": "security" not in operation,
    }


def _pretty(example: Any) -> str:
    return "" if example is None else json.dumps(example, indent=2, ensure_ascii=False)


def _resolve(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return dict(schemas[schema["$ref"].rsplit("/", 1)[-1]])
    for several in ("anyOf", "allOf", "oneOf"):
        for part in schema.get(several, []):
            if part.get("type") != "null":
                return {**schema, **_resolve(part, schemas), several: None}
    return schema


def _type(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    found = _resolve(schema, schemas)
    if found.get("enum"):
        return " | ".join(str(value) for value in found["enum"])
    text = str(found.get("format") or found.get("type") or found.get("title", ""))
    low, high = found.get("minimum"), found.get("maximum")
    if low is not None and high is not None:
        text += f" {low} … {high}"
    return text


def _fields(schema: dict[str, Any], schemas: dict[str, Any]) -> list[dict[str, Any]]:
    found = _resolve(schema, schemas)
    required = found.get("required", [])
    return [
        {
            "name": name,
            "type": _type(part, schemas),
            "required": name in required,
            "text": part.get("description", ""),
        }
        for name, part in (found.get("properties") or {}).items()
    ]


_SAMPLES = {
    "integer": 1,
    "number": 72.5,
    "boolean": True,
    "date-time": "2027-03-01T09:30:00+01:00",
    "date": "2027-03-01",
    "null": None,
}


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """Make up a value that fits a schema."""
    if schema.get("examples"):
        return schema["examples"][0]
    found = _resolve(schema, schemas)
    if found.get("examples"):
        return found["examples"][0]
    if found.get("enum"):
        return found["enum"][0]
    if "const" in found:
        return found["const"]
    if found.get("properties"):
        return {name: _example(part, schemas) for name, part in found["properties"].items()}
    kind = found.get("type", "string")
    if kind == "array":
        return [_example(found.get("items", {}), schemas)]
    if kind == "object":
        values = found.get("additionalProperties")
        return {"clear": _example(values, schemas)} if isinstance(values, dict) else {}
    if found.get("default") not in (None, ""):
        return found["default"]
    return _SAMPLES.get(found.get("format", ""), _SAMPLES.get(kind, "…"))
