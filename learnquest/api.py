"""The root of the API: its routers, and what each refusal looks like to a client."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from accounts.api import auth_router, inbox_router
from accounts.authentication import AccessCookie, BearerToken, SecondFactorNeeded, Session
from accounts.moderation_api import moderation_router, reports_router
from ai.api import router as explain_router
from challenges.api import router as challenge_router
from challenges.plans_api import router as plan_router
from challenges.quest_api import router as quest_router
from challenges.replan_api import router as coached_replan_router
from goals.api import milestone_router
from goals.api import router as goal_router
from leaderboard.api import badge_router, league_router
from learnquest.core.errors import DomainError, Limited, Stale
from learnquest.core.problems import CONTENT_TYPE, problem
from learnquest.pages.account_api import people_router
from learnquest.pages.api import board_router, progress_router, replan_router
from reviews.after_api import after_router, appeal_router, moderation_of_reviews
from reviews.api import router as review_router
from reviews.feedback_api import router as feedback_router
from reviews.similar_api import router as similar_router
from reviews.submissions_api import router as submission_router
from reviews.waiting_api import router as waiting_router
from submissions.api import router as attachment_router

DESCRIPTION = """\
Everything that the pages do, over the same rules.

Sign in with `POST /api/auth/login`: browsers get cookies and send the `csrf` cookie's value as
`X-CSRFToken` with each change; other clients ask for `"transport": "bearer"` and send
`Authorization: Bearer …`. Access tokens last 15 minutes; a refresh token works once. Who has a
second factor gets 401 with the type `/api/docs#second-factor` until `login` brings a `code`.

Operations that are limited say what is left in `RateLimit` and `RateLimit-Policy`; beyond it the
answer is 429, with the wait in `Retry-After`.

Errors are RFC 9457 problem documents. An id of somebody else's private thing answers 404. Lists
come in pages (`page`, `page_size`). Times are ISO 8601 with zone. Unknown fields are refused.

Requests that create something take an `Idempotency-Key`, so that a lost answer can be asked for
again. Goals, milestones and challenges come with an `ETag`; send it back as `If-Match` with a
change, and a change made elsewhere meanwhile answers 412 with the `current` version instead of
being overwritten.
"""


# Clients are generated with names made of these: what moves to another module keeps the one it had.
NAMED_AFTER = {
    "challenges.plans_api": "challenges.api",
    "reviews.feedback_api": "reviews.api",
    "reviews.submissions_api": "reviews.api",
}


class API(NinjaAPI):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._schemas: dict[str, OpenAPISchema] = {}

    def get_openapi_operation_id(self, operation: Operation) -> str:
        module = operation.view_func.__module__
        name = f"{NAMED_AFTER.get(module, module)}_{operation.view_func.__name__}"
        return name.replace(".", "_")

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """Return the schema, with errors under the media type in which they are sent.

        A process makes it once, since that takes a second and everybody may ask for it.
        """
        prefix = path_prefix or self.get_root_path(path_params or {})
        if prefix not in self._schemas:
            self._schemas[prefix] = _as_sent(super().get_openapi_schema(path_prefix=prefix))
        return self._schemas[prefix]


def _as_sent(schema: OpenAPISchema) -> OpenAPISchema:
    for operations in schema["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and "application/json" in answer.get("content", {}):
                    answer["content"] = {CONTENT_TYPE: answer["content"]["application/json"]}
            if "requestBody" in operation:
                # A body that is no JSON at all, which no operation gets to see.
                unauthorized = operation["responses"][401]
                operation["responses"].setdefault(
                    400, {**unauthorized, "description": "Bad Request"}
                )
    return schema


api = API(
    title="LearnQuest",
    version="1",
    description=DESCRIPTION,
    docs_url=None,
    urls_namespace="api",
    auth=[BearerToken(), AccessCookie(), Session()],
)
api.add_router("/auth", auth_router)
api.add_router("/users", people_router)
api.add_router("/notifications", inbox_router)
api.add_router("/goals", goal_router)
api.add_router("/goals", replan_router)
api.add_router("/milestones", milestone_router)
api.add_router("/challenges", challenge_router)
api.add_router("/quests", quest_router)
api.add_router("/progress", progress_router)
api.add_router("/submissions", submission_router)
api.add_router("/submissions", attachment_router)
api.add_router("/reviews", review_router)
api.add_router("/ai", plan_router)
api.add_router("/ai", coached_replan_router)
api.add_router("/ai", feedback_router)
api.add_router("/ai", explain_router)
api.add_router("/leaderboard", board_router)
api.add_router("/reports", reports_router)
api.add_router("/moderation", moderation_router)
api.add_router("/moderation", moderation_of_reviews)
api.add_router("/moderation", similar_router)
api.add_router("/moderation", waiting_router)
api.add_router("/reviews", after_router)
api.add_router("/submissions", appeal_router)
api.add_router("/badges", badge_router)
api.add_router("/leagues", league_router)


@api.exception_handler(DomainError)
def refuse(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    more: dict[str, Any] = {}
    if isinstance(refusal, Stale) and refusal.shown:
        more["current"] = refusal.shown
    response = problem(
        request,
        status=refusal.status,
        title=refusal.title,
        detail=str(refusal),
        errors=[
            {"pointer": f"#/{field}" if field else "#", "message": message}
            for field, messages in refusal.errors.items()
            for message in messages
        ],
        **more,
    )
    if isinstance(refusal, Stale) and isinstance(
        version := getattr(refusal.current, "version", None), int
    ):
        response["ETag"] = f'"{version}"'
    if isinstance(refusal, Limited):
        response["Retry-After"] = str(refusal.retry_after)
    return response


@api.exception_handler(ValidationError)
def refuse_input(request: HttpRequest, refusal: ValidationError) -> HttpResponse:
    if any(error["loc"][0] == "path" for error in refusal.errors):
        # What cannot be an id is the id of nothing.
        return not_found(request, refusal)
    return problem(
        request,
        status=422,
        title="Invalid",
        detail="Some of what was sent does not fit; see errors.",
        errors=[
            {"pointer": _pointer(error["loc"]), "message": error["msg"]} for error in refusal.errors
        ],
    )


@api.exception_handler(Http404)
@api.exception_handler(ObjectDoesNotExist)
def not_found(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(request, status=404, title="Not found", detail="There is no such thing here.")


@api.exception_handler(AuthenticationError)
def who_are_you(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    detail = str(error)
    if detail == "Unauthorized":
        detail = "Sign in: POST /api/auth/login."
    response = problem(request, status=401, detail=detail)
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(SecondFactorNeeded)
def what_else(request: HttpRequest, refusal: SecondFactorNeeded) -> HttpResponse:
    message = str(refusal)
    response = problem(
        request,
        status=401,
        title="Second factor needed" if refusal.takes_codes else "Passkey needed",
        detail=message,
        errors=[{"pointer": "#/code", "message": message}] if refusal.takes_codes else [],
        kind="second-factor" if refusal.takes_codes else "passkey",
    )
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(request, status=error.status_code, detail=str(error))


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return problem(request, status=413, detail="The body is too big.")


def _pointer(location: tuple[str | int, ...]) -> str:
    """Return where an error is: "#/title" in the body, "?page" in the query, "{id}" in the path."""
    source, *rest = [str(part) for part in location]
    if source == "body":
        # The first part is our parameter's name, of which clients know nothing.
        return "#/" + "/".join(rest[1:]) if len(rest) > 1 else "#"
    names = ".".join(rest[1:] if len(rest) > 1 else rest)
    return f"?{names}" if source == "query" else f"{{{names}}}"
