"""The audit log: what it hears, who may read it, and what it must never hold."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from accounts import audit, tokens
from accounts.models import AuditEvent, User
from learnquest.core.logs import RequestIdFilter
from tests.factories import PASSWORD, make_user

Kind = audit.Kind


@pytest.fixture
def root(db: None) -> User:
    return make_user(username="root", email="root@example.com", is_staff=True, is_superuser=True)


def kinds(user: User | None = None) -> list[str]:
    events = AuditEvent.objects.order_by("pk")
    return list((events.filter(user=user) if user else events).values_list("kind", flat=True))


def sign_in(client: Client, email: str, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password})


def test_signing_in_and_out(client: Client, alice: User) -> None:
    sign_in(client, alice.email)
    client.post("/accounts/logout/")
    assert kinds(alice) == [Kind.SIGNED_IN, Kind.SIGNED_OUT]
    event = AuditEvent.objects.get(kind=Kind.SIGNED_IN)
    assert event.address == "127.0.0.1" and event.details == {"method": "password"}
    assert len(event.request_id) == 32 and event.actor is None


def test_a_failure_names_the_account_that_was_tried(client: Client, alice: User) -> None:
    sign_in(client, alice.email, "wrong")
    sign_in(client, "Nobody@example.com", "wrong")
    known, unknown = AuditEvent.objects.order_by("pk")
    assert known.kind == unknown.kind == Kind.SIGN_IN_FAILED
    assert known.user == alice and unknown.user is None
    assert unknown.user_label == audit.label_of("nobody@example.com") != known.user_label


def test_api_clients_too(client: Client, alice: User) -> None:
    sent = {"email": alice.email, "password": "wrong", "transport": "bearer"}
    client.post("/api/auth/login", sent, content_type="application/json")
    sent["password"] = PASSWORD
    pair = client.post("/api/auth/login", sent, content_type="application/json").json()
    client.post("/api/auth/logout", headers={"Authorization": f"Bearer {pair['access']}"})
    assert kinds(alice) == [Kind.SIGN_IN_FAILED, Kind.API_SIGNED_IN, Kind.API_SIGNED_OUT]


def test_signing_up_by_page_and_by_api(client: Client, db: None) -> None:
    sent = {"email": "new@example.com", "password1": PASSWORD, "display_name": "New"}
    client.post("/accounts/signup/", sent)
    sent = {"email": "app@example.com", "password": PASSWORD}
    Client().post("/api/auth/register", sent, content_type="application/json")
    assert kinds(User.objects.get(email="new@example.com")) == [Kind.SIGNED_UP, Kind.SIGNED_IN]
    assert kinds(User.objects.get(email="app@example.com")) == [Kind.SIGNED_UP]


def test_a_changed_password(client: Client, alice: User) -> None:
    sign_in(client, alice.email)
    new = {"oldpassword": PASSWORD, "password1": "another one 1", "password2": "another one 1"}
    client.post("/accounts/password/change/", new)
    assert Kind.PASSWORD_CHANGED in kinds(alice)


def test_no_secret_gets_into_rows_or_lines(
    client: Client,
    alice: User,
    caplog: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    secrets = ["s3cret-in-password", "s3cret-in-email", "s3cret-refresh", PASSWORD]
    caplog.handler.addFilter(RequestIdFilter())
    with caplog.at_level(logging.INFO), django_capture_on_commit_callbacks(execute=True):
        # A password in the wrong field, as people type it.
        sign_in(client, "s3cret-in-email", "s3cret-in-password")
        sign_in(client, "s3cret-in-email@example.com", "s3cret-in-password")
        sent = {"email": alice.email, "password": "s3cret-in-password", "transport": "bearer"}
        client.post("/api/auth/login", sent, content_type="application/json")
        client.post(
            "/api/auth/login",
            {"email": "s3cret-in-email@example.com", "password": "s3cret-in-password"},
            content_type="application/json",
        )
        refused = {"refresh": "s3cret-refresh"}
        client.post("/api/auth/refresh", refused, content_type="application/json")
        pair = tokens.issue(user=alice, client=tokens.Client("laptop", "192.0.2.1"))
        new = tokens.rotate(refresh=pair.refresh, client=tokens.Client("laptop", "192.0.2.1"))
        with pytest.raises(tokens.InvalidToken):
            tokens.rotate(refresh=pair.refresh, client=tokens.Client("thief", "192.0.2.2"))
        secrets += [pair.refresh, pair.access, new.refresh, new.access]
        sign_in(client, alice.email)
        session = client.cookies["session"].value
        change = {"oldpassword": PASSWORD, "password1": "s3cret-new 1", "password2": "s3cret-new 1"}
        client.post("/accounts/password/change/", change)
        secrets += ["s3cret-new", session]
        client.post("/accounts/password/reset/", {"email": alice.email})
    rows = json.dumps(list(AuditEvent.objects.values()), default=str)
    lines = [str(vars(record)) for record in caplog.records if record.name != "django.request"]
    audit_lines = [record for record in caplog.records if record.name == "audit"]
    assert len(audit_lines) == AuditEvent.objects.count() >= 6
    for secret in secrets:
        assert secret not in rows
        assert not [line for line in lines if secret in line]
    assert "s3cret" not in rows


def test_a_line_is_structured(
    alice: User, caplog: Any, django_capture_on_commit_callbacks: Any
) -> None:
    with caplog.at_level(logging.INFO), django_capture_on_commit_callbacks(execute=True):
        audit.record(
            kind=Kind.MODERATED, user=alice, address="192.0.2.7",
            user_agent="agent\nINFO audit: forged", details={"target": "review 7"},
        )  # fmt: skip
    [line] = caplog.records
    assert line.name == "audit" and line.event == "moderated" and line.user_id == alice.pk
    assert line.details == {"target": "review 7"} and line.address == "192.0.2.7"
    assert line.user_agent == "agent INFO audit: forged"


def test_details_have_names_from_a_list(alice: User) -> None:
    with pytest.raises(TypeError, match="password"):
        audit.record(kind=Kind.SIGNED_IN, user=alice, details={"password": "x"})


def test_what_is_written_stays_as_it_is(alice: User) -> None:
    event = audit.record(kind=Kind.SIGNED_IN, user=alice)
    event.kind = Kind.SIGNED_OUT
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()
    with pytest.raises(TypeError):
        AuditEvent.objects.all().delete()
    with pytest.raises(TypeError):
        AuditEvent.objects.update(kind=Kind.SIGNED_OUT)
    with pytest.raises((TypeError, IntegrityError)):
        AuditEvent.objects.create(pk=event.pk, kind=Kind.SIGNED_OUT)


def test_an_event_outlives_its_account_under_the_same_label(alice: User) -> None:
    event = audit.record(kind=Kind.SIGNED_IN, user=alice)
    email = alice.email
    alice.delete()
    event.refresh_from_db()
    assert event.user is None and event.user_label == audit.label_of(email)
    assert "alice" not in json.dumps(list(AuditEvent.objects.values()), default=str)


def test_old_events_are_purged(settings: Any, alice: User, capsys: Any) -> None:
    settings.AUDIT_DAYS = 30
    now = timezone.now()
    audit.record(kind=Kind.SIGNED_IN, user=alice, now=now - timedelta(days=31))
    audit.record(kind=Kind.SIGNED_OUT, user=alice, now=now - timedelta(days=29))
    call_command("purge_audit_log")
    assert capsys.readouterr().out == "1 events and 0 devices deleted.\n"
    assert kinds() == [Kind.SIGNED_OUT]


# --- in the admin ---

LOG = "/admin/accounts/auditevent/"


def test_admins_read_the_log_and_moderators_do_not(
    client: Client, root: User, mona: User, alice: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        audit.record(kind=Kind.SIGNED_IN, user=make_user(), address=f"192.0.2.{number}")
    client.force_login(mona)
    assert client.get(LOG).status_code == 403
    client.force_login(root)
    with django_assert_max_num_queries(12):
        page = client.get(LOG)
    assert page.status_code == 200 and "192.0.2.29" in page.content.decode()
    found = client.get(LOG, {"q": "192.0.2.7", "kind__exact": "signed_in"}).content.decode()
    assert "192.0.2.7" in found and "192.0.2.29" not in found


def test_who_was_given_the_permission_reads_it(client: Client, mona: User) -> None:
    mona.user_permissions.add(Permission.objects.get(codename="view_auditevent"))
    client.force_login(mona)
    assert client.get(LOG).status_code == 200


def test_nobody_writes_into_the_log(client: Client, root: User, alice: User) -> None:
    event = audit.record(kind=Kind.SIGNED_IN, user=alice)
    client.force_login(root)
    assert client.get(f"{LOG}add/").status_code == 403
    assert client.get(f"{LOG}{event.pk}/change/").status_code == 200  # to look at
    assert client.post(f"{LOG}{event.pk}/change/", {"kind": "moderated"}).status_code == 403
    assert client.post(f"{LOG}{event.pk}/delete/", {"post": "yes"}).status_code == 403
    event.refresh_from_db()
    assert event.kind == Kind.SIGNED_IN


def form_of(user: User, **changes: Any) -> dict[str, Any]:
    fields = {
        "email": user.email, "username": user.username, "display_name": user.display_name,
        "bio": "", "time_zone": "UTC", "locale": "en", "is_active": "on",
    }  # fmt: skip
    return {name: value for name, value in (fields | changes).items() if value is not None}


def test_a_change_of_roles_says_who_gave_what(client: Client, root: User, alice: User) -> None:
    group = Group.objects.create(name="Helpers")
    client.force_login(root)
    url = f"/admin/accounts/user/{alice.pk}/change/"
    right = Permission.objects.get(codename="moderate")
    sent = form_of(alice, is_staff="on", groups=[group.pk], user_permissions=[right.pk])
    assert client.post(url, sent).status_code == 302
    event = AuditEvent.objects.get(kind=Kind.ROLE_CHANGED)
    assert event.user == alice and event.actor == root and event.address == "127.0.0.1"
    assert event.details == {
        "added": ["accounts.moderate", "group Helpers", "is_staff"], "removed": [],
    }  # fmt: skip
    assert client.post(url, form_of(alice, is_active=None)).status_code == 302
    newest = AuditEvent.objects.filter(kind=Kind.ROLE_CHANGED).first()
    assert newest is not None and "is_active" in newest.details["removed"]
    assert client.post(url, form_of(alice, is_active=None, bio="Hi")).status_code == 302
    assert AuditEvent.objects.filter(kind=Kind.ROLE_CHANGED).count() == 2


def test_the_rights_of_a_group_are_roles_too(client: Client, root: User) -> None:
    group = Group.objects.create(name="Helpers")
    right = Permission.objects.get(codename="moderate")
    client.force_login(root)
    sent = {"name": "Helpers", "permissions": [right.pk]}
    assert client.post(f"/admin/auth/group/{group.pk}/change/", sent).status_code == 302
    event = AuditEvent.objects.get(kind=Kind.ROLE_CHANGED)
    assert event.actor == root and event.user is None
    assert event.details == {"added": ["accounts.moderate"], "removed": [], "group": "Helpers"}


def test_a_password_that_an_admin_sets(client: Client, root: User, alice: User) -> None:
    client.force_login(root)
    new = {"password1": "another one 1", "password2": "another one 1", "usable_password": "true"}
    url = f"/admin/accounts/user/{alice.pk}/password/"
    assert client.post(url, new).status_code == 302
    event = AuditEvent.objects.get(kind=Kind.PASSWORD_CHANGED)
    assert event.user == alice and event.actor == root


def test_an_account_that_an_admin_deletes(client: Client, root: User, alice: User) -> None:
    client.force_login(root)
    label = audit.label_of(alice.email)
    client.post(f"/admin/accounts/user/{alice.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(username="alice").exists()
    event = AuditEvent.objects.get(kind=Kind.ACCOUNT_DELETED)
    assert event.user is None and event.user_label == label and event.actor == root


def test_the_admin_shows_no_words_of_a_mail(client: Client, root: User, alice: User) -> None:
    from accounts import mail

    row = mail.send(
        template="review_received", user=alice, context={"title": "Bread", "url": "/secret-link/"}
    )
    client.force_login(root)
    page = client.get(f"/admin/accounts/outgoingmail/{row.pk}/change/").content.decode()
    assert alice.email in page and "secret-link" not in page
    assert client.get("/admin/accounts/outgoingmail/").status_code == 200
    assert client.get("/admin/accounts/knowndevice/").status_code == 200
