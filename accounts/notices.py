"""What people are told by mail about their account and their work."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.core import signing
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts import audit, devices, mail
from accounts.models import OutgoingMail, User
from learnquest.core.limits import client_ip

if TYPE_CHECKING:
    from accounts.tokens import Client

# What a mail's reader may turn off by its link, and the choice behind each.
CHOICES = {
    "review": "wants_review_mail",
    "invitations": "wants_review_invitations",
    "digest": "wants_digest_mail",
    "moderation": "wants_moderation_mail",
}
SALT = "accounts.notices.unsubscribe"


def signed_in(*, user: User, request: HttpRequest, now: datetime | None = None) -> None:
    """Remember the browser of a sign-in, and tell the user where it is a new one."""
    agent = request.headers.get("User-Agent", "")
    _meet(user, agent, client_ip(request), devices.mark_of_browser(request), now)


def app_signed_in(*, user: User, client: "Client", now: datetime | None = None) -> None:
    """Remember the app of a sign-in with tokens, and tell the user where it is a new one."""
    mark = devices.mark_of_app(client.user_agent)
    _meet(user, client.user_agent, client.ip or "", mark, now)


def token_replayed(user: User, client: "Client", *, now: datetime | None = None) -> None:
    """Note that an old refresh token came back, and tell its owner."""
    now = now or timezone.now()
    device = devices.name_of(client.user_agent)
    audit.record(
        kind=audit.Kind.TOKEN_REPLAYED,
        user=user,
        address=client.ip or "",
        user_agent=client.user_agent,
        details={"device": device},
        now=now,
    )
    _warn(user, "token_replayed", device, client.ip or "", now)


def review_received(
    *, user_id: int, title: str, path: str, now: datetime | None = None
) -> OutgoingMail | None:
    """Tell an author that a peer has reviewed their work, if they want such mails."""
    user = User.objects.filter(pk=user_id, is_active=True, wants_review_mail=True).first()
    if user is None:
        return None
    return mail.send(
        template="review_received",
        user=user,
        context={"title": title, "url": mail.link(path), **unsubscribe_context(user, "review")},
        headers=unsubscribe_headers(user, "review"),
        now=now,
    )


def unsubscribe_link(user: User, choice: str) -> str:
    """Return the address that turns off one kind of mail, without signing in, and nothing else."""
    token = signing.dumps([user.pk, choice], salt=SALT)
    return mail.link(reverse("pages:unsubscribe", args=[token]))


def unsubscribe_headers(user: User, choice: str) -> dict[str, str]:
    """Return what lets a mail program offer to unsubscribe by itself (RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{unsubscribe_link(user, choice)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def unsubscribe_context(user: User, choice: str) -> dict[str, str]:
    """Return the same address for the foot of the mail, and that of the settings."""
    return {
        "unsubscribe_url": unsubscribe_link(user, choice),
        "settings_url": mail.link(reverse("pages:settings")),
    }


def read_unsubscribe(token: str) -> tuple[User, str] | None:
    """Return whose mails of which kind a link turns off; None for a link that is not ours.

    Links do not expire: an old mail is where people look for one.
    """
    try:
        user_id, choice = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=user_id).first()
    return (user, choice) if user is not None and choice in CHOICES else None


def unsubscribe(*, user: User, choice: str) -> None:
    """Turn off one kind of mail. Safe to do twice."""
    setattr(user, CHOICES[choice], False)
    user.save(update_fields=[CHOICES[choice]])


def _meet(user: User, agent: str, address: str, mark: str, now: datetime | None) -> None:
    now = now or timezone.now()
    if not devices.recognise(user=user, user_agent=agent, mark=mark, now=now):
        return
    device = devices.name_of(agent)
    audit.record(
        kind=audit.Kind.NEW_DEVICE,
        user=user,
        address=address,
        user_agent=agent,
        details={"device": device},
        now=now,
    )
    _warn(user, "new_sign_in", device, address, now)


def _warn(user: User, template: str, device: str, address: str, now: datetime) -> None:
    mail.send(
        template=template,
        user=user,
        context={
            "timestamp": now,
            "device": device,
            "ip": address,
            "reset_url": mail.link(reverse("account_reset_password")),
        },
        now=now,
    )
