"""The mails that allauth asks for, in our words and through our queue."""

from typing import Any

from allauth.account.models import EmailAddress
from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import reverse

from accounts import devices, mail
from accounts.models import User


def send(adapter: Any, prefix: str, email: str, context: dict[str, Any]) -> None:
    """Queue a mail of allauth's; `prefix` is its name for it, such as "mfa/email/totp_activated".

    One for which we have no words goes out in allauth's own.
    """
    template = prefix.rpartition("/")[2]
    user = _reader(adapter.request, email, context)
    values = {"email": email, **context, **_links(context)}
    values["reset_url"] = mail.link(reverse("account_reset_password"))
    if "user_agent" in context:
        values["device"] = devices.name_of(context["user_agent"])
    if _is_ours(template):
        mail.send(template=template, to=email, user=user, context=values)
        return
    written = adapter.render_mail(prefix, email, values)
    mail.queue(template=template, to=email, user=user, subject=written.subject, text=written.body)


def _is_ours(template: str) -> bool:
    try:
        get_template(f"emails/{template}.subject.txt")
    except TemplateDoesNotExist:
        return False
    return True


def _links(context: dict[str, Any]) -> dict[str, str]:
    """Return allauth's links, which it made from the request, with the site that settings name."""
    return {
        name: mail.link(value)
        for name, value in context.items()
        if name.endswith("_url") and isinstance(value, str)
    }


def _reader(request: HttpRequest | None, email: str, context: dict[str, Any]) -> User | None:
    """Return whose account a mail is about: whom allauth names, who has the address, who asks."""
    user = context.get("user")
    if isinstance(user, User):
        return user
    address = EmailAddress.objects.filter(email__iexact=email).select_related("user").first()
    if address is not None:
        return address.user if isinstance(address.user, User) else None
    found = User.objects.filter(email__iexact=email).first()
    if found is None and request is not None and isinstance(request.user, User):
        return request.user
    return found
