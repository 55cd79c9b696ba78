"""Sign-in for API clients, one's own profile, other people, and the inbox."""

from datetime import datetime
from typing import Any, Literal

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.contrib.auth.models import update_last_login
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from ninja.errors import AuthenticationError

from accounts import (
    audit,
    inbox,
    notices,
    pictures,
    profile,
    second_factor,
    signup,
    suspension,
    tokens,
)
from accounts.authentication import (
    ACCESS_COOKIE,
    REFRESH_COOKIE,
    SecondFactorNeeded,
    require_csrf,
)
from accounts.models import Notification, User
from learnquest.core.api import Id, In, Page, Paging, paged, refusals
from learnquest.core.errors import Forbidden
from learnquest.core.http import LearnerRequest
from learnquest.core.limits import client_ip, limit

auth_router = Router(tags=["auth"])
inbox_router = Router(tags=["notifications"])

REFRESH_PATH = "/api/auth"


class ProfileOut(Schema):
    id: int
    email: str
    username: str
    display_name: str
    bio: str
    time_zone: str
    locale: str
    avatar: str | None = Field(description="Path of the picture; null for the drawn figure.")
    is_profile_public: bool
    is_on_leaderboard: bool
    sees_only_neighbours: bool
    wants_review_mail: bool
    wants_review_invitations: bool
    wants_digest_mail: bool
    wants_ai: bool = Field(description="Whether an AI model may read your goals and your work.")
    wants_moderation_mail: bool
    date_joined: datetime
    erase_at: datetime | None = Field(description="When the account is erased, if you asked.")

    @staticmethod
    def resolve_avatar(user: User) -> str | None:
        return pictures.address_of(user)


class ProfileIn(In):
    display_name: str = ""
    username: str = ""
    bio: str = ""
    time_zone: str = ""
    locale: str = ""
    is_profile_public: bool = False
    is_on_leaderboard: bool = True
    sees_only_neighbours: bool = False
    wants_review_mail: bool = True
    wants_review_invitations: bool = True
    wants_digest_mail: bool = True
    wants_ai: bool = True
    wants_moderation_mail: bool = True


class RegisteredOut(Schema):
    """The same for everybody, whether the address has an account or not."""

    detail: str


class RegisterIn(In):
    email: str = Field(examples=["alice@example.com"])
    password: str = Field(json_schema_extra={"format": "password"})
    display_name: str = ""
    time_zone: str = Field("UTC", examples=["Europe/Berlin"])


class LoginIn(In):
    email: str
    password: str = Field(json_schema_extra={"format": "password"})
    code: str = Field(
        "",
        max_length=40,
        description="From the authenticator app, or a recovery code; wanted where the answer is "
        "401 with the type `/api/docs#second-factor`.",
    )
    transport: Literal["cookie", "bearer"] = Field(
        "cookie", description="`bearer` returns the tokens in the body and sets no cookie."
    )


class RefreshIn(In):
    refresh: str = Field("", description="For bearer clients; browsers send the cookie.")


class TokensOut(Schema):
    """Tokens are in the body for `bearer` clients only."""

    user_id: int
    expires_in: int = Field(description="Seconds for which the access token is good.")
    token_type: Literal["cookie", "bearer"]
    access: str | None = None
    refresh: str | None = None
    csrf_token: str | None = Field(
        None, description="For cookie clients: send it as X-CSRFToken with each change."
    )


class NotificationOut(Schema):
    id: int
    kind: Notification.Kind
    subject: str
    target: str = Field(description="Path of the page that shows it.")
    created_at: datetime
    read_at: datetime | None


class CountOut(Schema):
    count: int


@auth_router.post(
    "/register",
    auth=None,
    response={201: ProfileOut, 202: RegisteredOut, **refusals(422)},
    url_name="register",
)
def register(request: HttpRequest, payload: RegisterIn) -> Any:
    """Make an account: 201. Where the site verifies addresses the answer is always 202, and what
    happened stands in a mail to the address."""
    limit(request, "register", account=payload.email)
    user = signup.sign_up(request=request, **payload.model_dump())
    if signup.must_verify():
        return Status(202, {"detail": _("A mail is on its way to you: follow the link in it.")})
    return Status(201, user)


@auth_router.post("/login", auth=None, response={200: TokensOut, **refusals(403, 422)})
def login(request: HttpRequest, response: HttpResponse, payload: LoginIn) -> Any:
    """Sign in: as cookies, or with `"transport": "bearer"` as tokens in the body.

    Who has a second factor is asked for a `code`; who has nothing but a passkey signs in in the
    browser, whose session the API takes too."""
    limit(request, "sign-in", account=payload.email)
    if payload.transport == "cookie":
        _refuse_foreign(request)
    user = _who_is_it(request, payload)
    if user is None:
        raise AuthenticationError(message=_("Wrong e-mail address or password."))
    if not signup.may_sign_in(user):
        raise Forbidden(_("Confirm your e-mail address first: follow the link that we mailed you."))
    _ask_for_second_factor(request, user, payload.code)
    update_last_login(User, user)
    pair = tokens.issue(user=user, client=_client(request))
    audit.record(kind=audit.Kind.API_SIGNED_IN, user=user, request=request)
    notices.app_signed_in(user=user, client=_client(request))
    return _answer(request, response, pair, payload.transport)


@auth_router.post("/refresh", auth=None, response={200: TokensOut, **refusals(403, 422)})
def refresh(request: HttpRequest, response: HttpResponse, payload: RefreshIn | None = None) -> Any:
    """Exchange a refresh token, which works once, for a new pair."""
    limit(request, "refresh")
    sent = payload.refresh if payload else ""
    transport: Literal["cookie", "bearer"] = "bearer" if sent else "cookie"
    if not sent:
        sent = request.COOKIES.get(REFRESH_COOKIE, "")
        if sent:
            require_csrf(request)
    try:
        pair = tokens.rotate(refresh=sent, client=_client(request))
    except tokens.InvalidToken as error:
        raise AuthenticationError(
            message="This refresh token is not good any more: sign in again."
        ) from error
    return _answer(request, response, pair, transport)


@auth_router.post("/logout", response={204: None, **refusals(403)})
def log_out(request: LearnerRequest, response: HttpResponse) -> Any:
    """End this sign-in: its tokens, its cookies and the browser's session, if there is one."""
    family = getattr(request, "token_family", None)
    if family is not None:
        tokens.revoke_family(family=family)
        audit.record(kind=audit.Kind.API_SIGNED_OUT, user=request.user, request=request)
    else:
        logout(request)
    response.delete_cookie(ACCESS_COOKIE, samesite="Lax")
    response.delete_cookie(REFRESH_COOKIE, path=REFRESH_PATH, samesite="Lax")
    return Status(204, None)


@auth_router.get("/profile", response={200: ProfileOut, **refusals()})
def read_profile(request: LearnerRequest) -> Any:
    """Your own account."""
    return request.user


@auth_router.put("/profile", response={200: ProfileOut, **refusals(403, 422)})
def change_profile(request: LearnerRequest, payload: ProfileIn) -> Any:
    """Change your account; what you leave out stays as it is."""
    return profile.update_profile(user=request.user, **payload.sent())


@inbox_router.get("/", response={200: Page[NotificationOut], **refusals(422)})
def list_notifications(request: LearnerRequest, paging: Query[Paging], unread: bool = False) -> Any:
    """What happened, newest first."""
    lines = Notification.objects.visible_to(request.user).order_by("-created_at", "-pk")
    return paged(lines.unread() if unread else lines, paging, list)


@inbox_router.post("/read", response={200: CountOut, **refusals(403)})
def mark_all_read(request: LearnerRequest) -> Any:
    """Mark everything as read."""
    return {"count": inbox.mark_all_read(by=request.user)}


@inbox_router.post("/{notification_id}/read", response={200: NotificationOut, **refusals(403, 404)})
def mark_read(request: LearnerRequest, notification_id: Id) -> Any:
    """Mark one line as read."""
    line = get_object_or_404(Notification.objects.visible_to(request.user), pk=notification_id)
    return inbox.mark_read(notification=line, by=request.user)


def _who_is_it(request: HttpRequest, payload: LoginIn) -> User | None:
    """Return whose password this is, or None.

    Raises Forbidden, with the reason, for somebody suspended whose password is right.
    """
    credentials = {"email": payload.email.strip(), "password": payload.password}
    # The backend lays aside whom it would let in but for their being inactive.
    AuthenticationBackend.unstash_authenticated_user()
    user = authenticate(request, **credentials)
    inactive = AuthenticationBackend.unstash_authenticated_user()
    if isinstance(inactive, User) and inactive.is_suspended:
        if not suspension.is_over(inactive):
            raise Forbidden(suspension.told(inactive))
        user = authenticate(request, **credentials)
    return user if isinstance(user, User) else None


def _client(request: HttpRequest) -> tokens.Client:
    return tokens.Client(request.headers.get("User-Agent", ""), client_ip(request) or None)


def _ask_for_second_factor(request: HttpRequest, user: User, code: str) -> None:
    """Raise SecondFactorNeeded unless `user` has none, or `code` is good."""
    if not second_factor.is_needed(user):
        return
    if not second_factor.takes_codes(user):
        raise SecondFactorNeeded(
            _(
                "This account signs in with a passkey, which only a browser has: sign in there, "
                "or add an authenticator app to the account."
            ),
            takes_codes=False,
        )
    if not code:
        raise SecondFactorNeeded(
            _("Send the code of your authenticator app too, or a recovery code."), takes_codes=True
        )
    limit(request, "second-factor", account=user.pk)
    if not second_factor.accepts(user=user, code=code):
        raise SecondFactorNeeded(
            _("This code is wrong, or was used before. Wait for the next one."), takes_codes=True
        )


def _refuse_foreign(request: HttpRequest) -> None:
    """Raise Forbidden where another site's page tries to sign its visitor in here.

    Browsers say where a request comes from; scripts and apps need not.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        is_ours = request.headers.get("Sec-Fetch-Site", "none") in {"same-origin", "none"}
    else:
        own = f"{request.scheme}://{request.get_host()}"
        is_ours = origin in {own, *settings.CORS_ALLOWED_ORIGINS}
    if not is_ours:
        raise Forbidden(_("Sign-in by cookie works from this site's own pages only."))


def _answer(
    request: HttpRequest,
    response: HttpResponse,
    pair: tokens.Pair,
    transport: Literal["cookie", "bearer"],
) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "user_id": pair.user.pk,
        "expires_in": int(tokens.ACCESS_LIFE.total_seconds()),
        "token_type": transport,
    }
    if transport == "bearer":
        return answer | {"access": pair.access, "refresh": pair.refresh}
    for name, value, path, life in (
        (ACCESS_COOKIE, pair.access, "/", tokens.ACCESS_LIFE),
        (REFRESH_COOKIE, pair.refresh, REFRESH_PATH, tokens.REFRESH_LIFE),
    ):
        response.set_cookie(
            name,
            value,
            max_age=life,
            path=path,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    return answer | {"csrf_token": get_token(request)}
