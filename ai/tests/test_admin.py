"""The admin's pages open, and keep records and prompt versions as they are."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from ai.models import AIRequest, CachedCompletion, Explanation, PromptTemplate

PROMPT = "Be brief.\n=== user ===\nExplain $concept"


@pytest.fixture
def records(alice: User) -> dict[str, int]:
    soon = timezone.now() + timedelta(days=1)
    return {
        "airequest": AIRequest.objects.create(user=alice, purpose="plan", model="m").pk,
        "cachedcompletion": CachedCompletion.objects.create(
            request_hash="0" * 64, purpose="plan", user=alice, response={}, expires_at=soon
        ).pk,
        "explanation": Explanation.objects.create(user=alice, concept="recursion").pk,
        "prompttemplate": PromptTemplate.objects.get(name="plan").pk,
    }


@pytest.fixture
def admin(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("root@example.org", "correct horse"))
    return client


@pytest.mark.parametrize("name", ["airequest", "cachedcompletion", "explanation", "prompttemplate"])
def test_lists_and_pages_open(name: str, admin: Client, records: dict[str, int]) -> None:
    assert admin.get(reverse(f"admin:ai_{name}_changelist")).status_code == 200
    page = admin.get(reverse(f"admin:ai_{name}_change", args=[records[name]]))
    assert page.status_code == 200
    assert b'<select name="user"' not in page.content


@pytest.mark.parametrize("name", ["airequest", "cachedcompletion"])
def test_records_cannot_be_made_by_hand(name: str, admin: Client) -> None:
    assert admin.get(reverse(f"admin:ai_{name}_add")).status_code == 403


def test_a_new_version_is_added_and_made_active(admin: Client) -> None:
    admin.post(reverse("admin:ai_prompttemplate_add"), {"name": "explain", "text": PROMPT})
    new = PromptTemplate.objects.get(name="explain", version=2)
    assert not new.active
    admin.post(
        reverse("admin:ai_prompttemplate_changelist"),
        {"action": "activate", "_selected_action": [new.pk]},
    )
    active = PromptTemplate.objects.get(name="explain", active=True)
    assert active == new


def test_a_version_that_is_in_use_cannot_be_rewritten(
    admin: Client, records: dict[str, int]
) -> None:
    pk = records["prompttemplate"]
    before = PromptTemplate.objects.get(pk=pk).text
    admin.post(reverse("admin:ai_prompttemplate_change", args=[pk]), {"text": PROMPT})
    assert PromptTemplate.objects.get(pk=pk).text == before


def test_two_versions_of_one_prompt_cannot_be_chosen(admin: Client) -> None:
    new = PromptTemplate.objects.create(name="explain", version=2, text=PROMPT)
    old = PromptTemplate.objects.get(name="explain", version=1)
    admin.post(
        reverse("admin:ai_prompttemplate_changelist"),
        {"action": "activate", "_selected_action": [new.pk, old.pk]},
    )
    assert PromptTemplate.objects.get(name="explain", active=True) == old


def test_expired_answers_are_cleared(
    records: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    CachedCompletion.objects.update(expires_at=timezone.now())
    call_command("prune_ai_cache")
    assert "Deleted 1 expired answers" in capsys.readouterr().out
    assert not CachedCompletion.objects.exists()
