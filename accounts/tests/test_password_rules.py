"""Passwords: what is refused, by whose words, and that all else is welcome."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User


@pytest.mark.parametrize(
    "password",
    ["learnquest", "LearnQuest1!", "learnquest123", "alicealice", "alice-quest", "password12"],
)
def test_a_password_of_names_that_are_easy_to_guess_is_refused(alice: User, password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, alice)


@pytest.mark.parametrize(
    "password",
    ["learn to bake", "alice likes rye", "correct horse battery", "        ", "пароль-длинный",
     "a" * 64 + "b" * 64],
)  # fmt: skip
def test_any_other_may_be_chosen_without_rules_of_composition(alice: User, password: str) -> None:
    validate_password(password, alice)


@pytest.mark.parametrize("password", ["short", "iloveyou1", "x" * 129])
def test_short_common_and_endless_ones_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password)
