"""Nobody learns who has an account: not by words, statuses, fields, or time."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts import signup
from accounts.models import User
from accounts.tests.test_tokens import log_in
from learnquest.core import limits
from learnquest.core.errors import Invalid
from tests.factories import PASSWORD

NEW = {"email": "new@example.com", "password": "a long enough one"}


@pytest.fixture
def verifying(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def register(client: Client, email: str, **more: Any) -> Any:
    return client.post(
        "/api/auth/register", {**NEW, "email": email, **more}, content_type="application/json"
    )


@pytest.mark.usefixtures("verifying")
@pytest.mark.parametrize("email", ["alice@example.com", "ALICE@Example.com"])
def test_registering_answers_the_same_for_a_known_address(
    client: Client,
    alice: User,
    posted: Callable[[], list[Any]],
    django_capture_on_commit_callbacks: Any,
    email: str,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        known, new = register(client, email), register(client, "new@example.com")
    assert known.status_code == new.status_code == 202
    assert known.json() == new.json() and "mail" in known.json()["detail"]
    names = [{name for name in answer.headers if name != "X-Request-ID"} for answer in (known, new)]
    assert names[0] == names[1]
    # The owner is told by mail, and only the new address gets a link that verifies it.
    to_owner, to_new = posted()
    assert [mail.to[0].lower() for mail in posted()] == ["alice@example.com", "new@example.com"]
    assert "confirm-email" not in to_owner.body and "confirm-email" in to_new.body
    assert User.objects.filter(email__iexact="alice@example.com").count() == 1
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


@pytest.mark.usefixtures("verifying")
@pytest.mark.parametrize("more", [{"password": "short"}, {"time_zone": "Mars/Olympus"}])
def test_what_is_wrong_with_a_registration_is_the_same_for_a_known_address(
    client: Client, alice: User, posted: Callable[[], list[Any]], more: dict[str, str]
) -> None:
    known = register(client, alice.email, **more)
    new = register(client, "new@example.com", **more)
    assert known.status_code == new.status_code == 422
    assert known.json()["errors"] == new.json()["errors"] and not posted()


@pytest.mark.usefixtures("verifying")
def test_nobody_is_mailed_for_ever(
    client: Client, alice: User, posted: Callable[[], list[Any]]
) -> None:
    statuses = [register(client, alice.email).status_code for _ in range(7)]
    quota, _window = limits._parse(limits.LIMITS["register"].account)
    assert statuses == [202] * quota + [429] * (7 - quota) and len(posted()) == quota


def test_where_no_mail_is_sent_an_address_in_use_says_so(client: Client, alice: User) -> None:
    answer = register(client, alice.email)
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "#/email"


@pytest.mark.parametrize("must_verify", [False, True])
def test_of_two_who_register_at_once_one_wins(
    rf: Any,
    db: None,
    settings: Any,
    monkeypatch: Any,
    posted: Callable[[], list[Any]],
    must_verify: bool,
) -> None:
    """The other came while the first was not stored yet; the database keeps them apart."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory" if must_verify else "none"
    create = signup._create

    def slower(user: User, request: Any) -> bool:
        User.objects.create_user(user.email, username="faster")
        return create(user, request)

    monkeypatch.setattr(signup, "_create", slower)
    if must_verify:
        assert signup.sign_up(request=rf.post("/"), **NEW) is None
        assert len(posted()) == 1
    else:
        with pytest.raises(Invalid, match="in use"):
            signup.sign_up(request=rf.post("/"), **NEW)
    assert User.objects.get().username == "faster"


@pytest.mark.usefixtures("verifying")
def test_an_unverified_address_is_told_only_to_who_knows_the_password(
    client: Client, alice: User
) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, primary=True, verified=False)
    assert log_in(client, alice).status_code == 403
    wrong = log_in(client, alice, password="wrong")
    unknown = log_in(client, alice, email="nobody@example.com")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json()["detail"] == unknown.json()["detail"]


def test_a_deactivated_account_looks_like_none(client: Client, alice: User) -> None:
    User.objects.update(is_active=False)
    answer = log_in(client, alice)
    assert (answer.status_code, answer.json()["detail"]) == (
        401,
        "Wrong e-mail address or password.",
    )
