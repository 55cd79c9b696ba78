"""The administration opens to staff with a second factor, where the site asks for one."""

from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from accounts.models import User


@pytest.fixture
def demanding(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True


@pytest.mark.usefixtures("demanding")
@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/goals/goal/"])
def test_staff_without_a_factor_are_led_to_where_they_add_one(
    client: Client, mona: User, path: str
) -> None:
    client.force_login(mona)
    answer = client.get(path, follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/security/" and answer.status_code == 200
    assert "asks for a second step" in answer.content.decode()


@pytest.mark.usefixtures("demanding")
def test_with_a_factor_it_opens(client: Client, mona: User) -> None:
    TOTP.activate(mona, generate_totp_secret())
    client.force_login(mona)
    assert client.get("/admin/").status_code == 200


@pytest.mark.usefixtures("demanding")
def test_who_is_no_staff_is_refused_as_ever(client: Client, alice: User) -> None:
    TOTP.activate(alice, generate_totp_secret())
    client.force_login(alice)
    assert client.get("/admin/", follow=True).status_code == 403


def test_a_site_may_do_without(client: Client, mona: User, settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(mona)
    assert client.get("/admin/").status_code == 200
