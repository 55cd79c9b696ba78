"""The username somebody gets from the name that they gave."""

import pytest

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        ("Zoë-🦉", "zoe"),
        ("Søren", "soren"),
        ("Łukasz", "lukasz"),
        ("Strauß", "strauss"),
        ("Anne-Marie", "anne-marie"),
        ("İpek", "ipek"),
        ("王", "learner"),
        ("---", "learner"),
        ("-_-dora-_-", "dora"),
        ("a" * 23 + "-b", "a" * 23),
    ],
)
def test_a_name_becomes_plain_letters(wish: str, name: str) -> None:
    assert User.objects.free_username(wish) == name


@pytest.mark.parametrize("wish", ["Zoë-🦉", "王", "---", "é"])
def test_one_that_is_taken_or_short_gets_an_end(wish: str) -> None:
    User.objects.create_user("a@example.com", username=User.objects.free_username(wish))
    begin, _, end = User.objects.free_username(wish).partition("-")
    assert begin in {"zoe", "learner", "e"} and len(end) == 6
