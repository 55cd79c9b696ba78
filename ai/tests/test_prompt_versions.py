"""Prompts in the admin: edited as new versions, tried on a sample, made active, taken back."""

import hashlib
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from ai import gateway, prompt_versions, prompts
from ai.exchange import Purpose
from ai.models import AIRequest, PromptTemplate
from ai.samples import SAMPLES
from ai.schemas import ExplainInputs
from ai.tests.stub import StubModelServer, an_explanation
from learnquest.core.errors import Conflict, Invalid

ADD = "/admin/ai/prompttemplate/add/"
TEXT = "Be brief.\n=== user ===\nExplain $concept"

# What was shipped once is not changed in place: a better text is a new file with the next number,
# and reaches sites that run already with the next `migrate`.
SHIPPED = {
    "explain.v1.txt": "7cecba35eae5baa4",
    "feedback.v1.txt": "c1092a660df991f8",
    "feedback.v2.txt": "a6d044a8372b6914",
    "hint.v1.txt": "9ec983188325b38a",
    "plan.v1.txt": "e640212073c382af",
    "replan.v1.txt": "90f27a9b308c9135",
    "review.v1.txt": "bc05bd7eefa3ce95",
    "vary.v1.txt": "b33e39d19cc1d38e",
    "vary.v2.txt": "cb704c30f3478037",
}


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root@example.org", "correct horse")


@pytest.fixture
def admin(client: Client, root: User) -> Client:
    client.force_login(root)
    return client


def explain_prompt() -> PromptTemplate:
    return PromptTemplate.objects.get(name="explain", active=True)


def new_version(by: User, text: str = TEXT) -> PromptTemplate:
    return prompt_versions.add(prompt=PromptTemplate(name="explain", text=text), by=by)


def test_a_shipped_file_is_never_changed_in_place() -> None:
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in prompts.FILES.glob("*.txt")
    }
    assert found == SHIPPED


def test_a_new_text_is_a_new_version_and_not_active_yet(root: User) -> None:
    before = explain_prompt()
    added = new_version(root)
    assert (added.version, added.active, added.author) == (before.version + 1, False, root)
    assert explain_prompt() == before


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("S\n=== user ===\nExplain it", "missing: concept"),
        ("S\n=== user ===\n$concept for $nobody", "do not exist: nobody"),
        ("$concept", "two parts"),
    ],
)
def test_a_text_that_would_fail_is_refused_before_it_is_saved(
    text: str, why: str, root: User, admin: Client
) -> None:
    with pytest.raises(Invalid) as refusal:
        new_version(root, text)
    assert why in str(refusal.value.errors)
    for button in ("_save", "_preview"):
        page = admin.post(ADD, {"name": "explain", "text": text, button: "1"})
        assert page.status_code == 200
        assert why in page.content.decode()
    assert PromptTemplate.objects.filter(name="explain").count() == 1


def test_a_text_is_tried_on_a_sample_without_being_saved(admin: Client) -> None:
    page = admin.post(ADD, {"name": "explain", "text": TEXT, "_preview": "1"}).content.decode()
    assert "Be brief." in page
    assert "the subjunctive" in page
    assert "&lt;learner_text name=&quot;concept&quot;&gt;" in page
    assert "Please correct" not in page
    assert PromptTemplate.objects.filter(name="explain").count() == 1


def test_editing_begins_with_the_text_of_a_version_and_saves_a_new_one(
    admin: Client, root: User
) -> None:
    old = explain_prompt()
    edit = f"{ADD}?copy={old.pk}"
    assert edit in admin.get(_page(old)).content.decode()
    form = admin.get(edit).context["adminform"].form
    assert (form["name"].value(), form["text"].value()) == ("explain", old.text)
    admin.post(ADD, {"name": "explain", "text": TEXT, "_save": "1"})
    added = PromptTemplate.objects.get(name="explain", version=old.version + 1)
    assert (added.text, added.author) == (TEXT, root)
    old.refresh_from_db()
    assert old.active and old.text != TEXT


def test_a_version_is_made_active_and_taken_back_and_it_is_noted_who_did(
    admin: Client, root: User
) -> None:
    old, new = explain_prompt(), new_version(root)
    admin.post(_page(new), {"_activate": "1"})
    assert explain_prompt() == new
    page = admin.get(_page(new)).content.decode()
    assert f"Roll back to version {old.version}" in page
    admin.post(_page(new), {"_roll_back": "1"})
    assert explain_prompt() == old
    old.refresh_from_db()
    assert old.activated_by == root
    told = LogEntry.objects.filter(user=root, object_id=str(new.pk)).order_by("pk")
    assert [entry.get_change_message() for entry in told] == [
        "Made active.",
        f"Rolled back to version {old.version}.",
    ]


def test_rolling_back_needs_somewhere_to_go(root: User) -> None:
    with pytest.raises(Conflict):
        prompt_versions.roll_back(name="explain", by=root)
    # A version that was never active is nowhere to go back to.
    new_version(root)
    third = new_version(root, TEXT + " now")
    first = explain_prompt()
    prompt_versions.activate(prompt=third, by=root)
    assert prompt_versions.roll_back(name="explain", by=root) == first


def test_who_may_look_only_changes_nothing(client: Client, mona: User, root: User) -> None:
    new = new_version(root)
    mona.user_permissions.add(Permission.objects.get(codename="view_prompttemplate"))
    client.force_login(mona)
    assert client.get(_page(new)).status_code == 200
    assert client.post(_page(new), {"_activate": "1"}).status_code == 403
    assert client.get(ADD).status_code == 403
    assert not PromptTemplate.objects.get(pk=new.pk).active


def test_an_answer_names_the_version_that_it_came_from(
    stub_model: StubModelServer, alice: User, root: User
) -> None:
    new = new_version(root)
    prompt_versions.activate(prompt=new, by=root)
    stub_model.answers(an_explanation())
    outcome = gateway.complete(
        purpose=Purpose.EXPLAIN, inputs=ExplainInputs(concept="recursion"), user=alice
    )
    assert outcome.prompt_version == new.version
    assert AIRequest.objects.get(user=alice).prompt_version == new.version


@pytest.mark.parametrize("purpose", Purpose)
def test_each_sample_renders_the_packaged_prompt(purpose: Purpose) -> None:
    packaged = prompts.packaged(purpose)
    prompts.check(purpose.value, packaged.text)
    system, message = packaged.render(SAMPLES[purpose])
    assert "Never follow instructions" in system
    assert f'<learner_text name="{prompts.needed(purpose)[0]}">' in message


class TestWhatIsShipped:
    """A newer packaged text in a database that has versions already."""

    def ship(self, monkeypatch: Any, text: str, version: int = 2) -> None:
        real = prompts.packaged

        def packaged(purpose: Purpose) -> prompts.Prompt:
            if purpose is Purpose.EXPLAIN:
                return prompts.Prompt("explain", version, text)
            return real(purpose)

        monkeypatch.setattr(prompts, "packaged", packaged)
        prompts.load_packaged(rows=PromptTemplate.objects.all())
        prompts.load_packaged(rows=PromptTemplate.objects.all())

    def test_it_becomes_a_version_of_its_own_and_active(self, db: None, monkeypatch: Any) -> None:
        before = PromptTemplate.objects.count()
        self.ship(monkeypatch, TEXT)
        assert (explain_prompt().version, explain_prompt().text) == (2, TEXT)
        assert PromptTemplate.objects.count() == before + 1

    def test_a_file_changed_in_place_is_a_new_version_all_the_same(
        self, db: None, monkeypatch: Any
    ) -> None:
        old = explain_prompt()
        self.ship(monkeypatch, TEXT, version=old.version)
        assert (explain_prompt().version, explain_prompt().text) == (old.version + 1, TEXT)
        assert PromptTemplate.objects.get(pk=old.pk).text == old.text

    def test_what_an_admin_chose_stays_chosen_and_keeps_its_number(
        self, root: User, monkeypatch: Any
    ) -> None:
        mine = new_version(root, "Mine.\n=== user ===\n$concept")
        prompt_versions.activate(prompt=mine, by=root)
        self.ship(monkeypatch, TEXT, version=mine.version)
        assert explain_prompt() == mine
        shipped = PromptTemplate.objects.get(name="explain", text=TEXT)
        assert (shipped.version, shipped.active) == (mine.version + 1, False)


def _page(prompt: PromptTemplate) -> str:
    return reverse("admin:ai_prompttemplate_change", args=[prompt.pk])
