"""The catalogue: publish, find, look, start; and the quests that come with LearnQuest."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from challenges import catalogue, prerequisites, quest_files, quest_plans
from challenges.catalogue import Wish
from challenges.models import Challenge, Quest, QuestStart
from goals import lifecycle, milestones
from goals.models import Category, Goal
from learnquest.core.errors import Conflict, Invalid
from submissions.models import Submission
from tests.factories import make_challenge, make_draft, make_goal

SUMMARY = "From the first word to a talk with the baker, in eight weeks."
START = date(2026, 3, 1)


@pytest.fixture
def shared(alice: User) -> Goal:
    """Alice's goal with two milestones and three challenges, the last after the first."""
    goal = make_goal(
        alice, tags=["spanish"], start_date=START, target_date=START + timedelta(days=50)
    )
    first = milestones.add_milestone(
        goal=goal, by=alice, title="Shops", due_date=START + timedelta(days=20)
    )
    one = make_challenge(goal, title="Greet", milestone=first, due_date=START + timedelta(days=5))
    make_challenge(goal, title="Skipped")
    last = make_challenge(goal, title="Talk", estimated_minutes=120)
    Challenge.objects.filter(title="Skipped").update(status="skipped")
    prerequisites.set_needs(challenge=last, needs=[one], by=alice)
    return goal


@pytest.fixture
def quest(alice: User, shared: Goal) -> Quest:
    return catalogue.publish_quest(goal=shared, by=alice, summary=SUMMARY)


def test_a_quest_is_the_plan_with_days_from_the_start(quest: Quest) -> None:
    plan = quest.content
    assert [(one.title, one.day) for one in plan.milestones] == [("Shops", 20)]
    assert [(one.title, one.day, one.milestone, one.needs) for one in plan.challenges] == [
        ("Greet", 5, 0, []),
        ("Talk", None, None, [0]),
    ]
    assert (quest.weeks, quest.minutes, quest.challenge_count) == (8, 180, 2)


def test_later_changes_of_the_goal_leave_the_quest_as_it_is(
    alice: User, shared: Goal, quest: Quest
) -> None:
    Challenge.objects.filter(title="Greet").update(title="Changed", position=40)
    quest.refresh_from_db()
    assert quest.content.challenges[0].title == "Greet"
    again = catalogue.publish_quest(goal=shared, by=alice, summary=SUMMARY)
    assert again.pk == quest.pk
    # What needs another one stands after it, wherever the plan has them.
    assert [one.title for one in again.content.challenges] == ["Changed", "Talk"]


def test_a_goal_without_a_plan_and_a_quest_without_words_are_refused(
    alice: User, shared: Goal
) -> None:
    with pytest.raises(Conflict, match="add challenges"):
        catalogue.publish_quest(goal=make_goal(alice), by=alice, summary=SUMMARY)
    with pytest.raises(Invalid) as refusal:
        catalogue.publish_quest(goal=shared, by=alice, summary=" short ")
    assert "summary" in refusal.value.errors
    assert not Quest.objects.exists()


def test_a_plan_that_nobody_could_look_through_is_refused_in_words(
    alice: User, shared: Goal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "MOST_CHALLENGES", 1)
    with pytest.raises(Conflict, match="1 challenges at most, and this goal has 2"):
        catalogue.publish_quest(goal=shared, by=alice, summary=SUMMARY)


def test_twenty_quests_at_most(
    alice: User, shared: Goal, quest: Quest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "MOST_QUESTS", 1)
    catalogue.publish_quest(goal=shared, by=alice, summary=SUMMARY)  # the same one, again
    other = make_goal(alice, title="Another")
    make_challenge(other)
    with pytest.raises(Conflict, match="20 quests"):
        catalogue.publish_quest(goal=other, by=alice, summary=SUMMARY)


def test_charlie_cannot_publish_or_take_out_what_is_alices(
    charlie: User, shared: Goal, quest: Quest
) -> None:
    with pytest.raises(Goal.DoesNotExist):
        catalogue.publish_quest(goal=shared, by=charlie, summary=SUMMARY)
    with pytest.raises(Quest.DoesNotExist):
        catalogue.unpublish_quest(quest=quest, by=charlie)


def test_bobs_copy_has_its_own_dates_and_is_private(bob: User, shared: Goal, quest: Quest) -> None:
    start = timezone.localdate() + timedelta(days=3)
    goal, is_new = catalogue.start_quest(quest=quest, by=bob, start_date=start)
    assert is_new and (goal.owner, goal.visibility, goal.cloned_from) == (bob, "private", shared)
    assert (goal.start_date, goal.target_date) == (start, start + timedelta(weeks=8))
    assert goal.milestones.get().due_date == start + timedelta(days=20)
    greet, talk = Challenge.objects.filter(goal=goal).order_by("position")
    assert (greet.due_date, greet.source) == (start + timedelta(days=5), "quest")
    assert (talk.due_date, list(talk.needs.all())) == (None, [greet])
    assert greet.status == talk.status == "todo"


def test_two_clicks_make_one_copy_and_a_finished_one_can_be_walked_again(
    bob: User, quest: Quest
) -> None:
    first, _ = catalogue.start_quest(quest=quest, by=bob)
    second, is_new = catalogue.start_quest(quest=quest, by=bob)
    assert (second.pk, is_new) == (first.pk, False)
    lifecycle.move(goal=first, to=Goal.Status.COMPLETED, by=bob)
    third, is_new = catalogue.start_quest(quest=quest, by=bob)
    assert is_new and third.pk != first.pk
    counted = Quest.objects.with_counts().get(pk=quest.pk)
    assert (counted.started, counted.finished) == (2, 1)


def test_a_start_in_another_century_is_refused_and_leaves_nothing(bob: User, quest: Quest) -> None:
    with pytest.raises(Invalid, match="within a year"):
        catalogue.start_quest(quest=quest, by=bob, start_date=date(1999, 1, 1))
    assert not Goal.objects.owned_by(bob).exists()


def test_a_quest_taken_out_is_gone_for_others_and_copies_stay(
    alice: User, bob: User, quest: Quest
) -> None:
    goal, _ = catalogue.start_quest(quest=quest, by=bob)
    catalogue.unpublish_quest(quest=quest, by=alice)
    assert list(catalogue.find(Wish())) == []
    with pytest.raises(Quest.DoesNotExist):
        catalogue.start_quest(quest=quest, by=bob)
    assert Goal.objects.filter(pk=goal.pk).exists()
    assert Quest.objects.visible_to(alice).exists()


@pytest.mark.parametrize("is_active", [True, False])
@pytest.mark.parametrize("is_published", [True, False])
def test_the_list_and_the_object_rule_agree(
    is_active: bool, is_published: bool, alice: User, charlie: User, quest: Quest
) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=is_active)
    Quest.objects.update(published_at=timezone.now() if is_published else None)
    quest = Quest.objects.select_related("publisher").get()
    for viewer in (alice, charlie):
        listed = Quest.objects.visible_to(viewer).exists()
        assert listed == quest.is_visible_to(viewer)


def test_the_origin_outlives_its_goal(alice: User, shared: Goal, quest: Quest) -> None:
    lifecycle.delete_goal(goal=shared, by=alice)
    quest.refresh_from_db()
    assert (quest.goal, quest.publisher) == (None, alice)


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        (Wish(), True),
        (Wish(words="BAKER talk"), True),
        (Wish(words="baker juggling"), False),
        (Wish(category="languages"), True),
        (Wish(category="music"), False),
        (Wish(level="advanced"), False),
        (Wish(tag="Spanish"), True),
        (Wish(tag="span"), False),
        (Wish(length="medium"), True),
        (Wish(length="short"), False),
        (Wish(difficulty=3), True),
        (Wish(difficulty=5), False),
        (Wish(order="nonsense"), True),
    ],
)
def test_the_catalogue_finds_what_fits(quest: Quest, wish: Wish, found: bool) -> None:
    assert catalogue.find(wish).exists() is found


def test_a_fuller_catalogue_takes_no_more_queries(
    client: Client, alice: User, bob: User, quest: Quest, django_assert_num_queries: Any
) -> None:
    client.force_login(bob)
    client.get("/quests/")
    with django_assert_num_queries(5):
        client.get("/quests/")
    call_command("seed", verbosity=0)
    catalogue.start_quest(quest=quest, by=alice)
    with django_assert_num_queries(5):
        assert "Page 1 of 2" in client.get("/quests/").content.decode()
    with django_assert_num_queries(4):
        client.get("/api/quests/")


def test_plans_that_do_not_fit_together_are_refused(quest: Quest) -> None:
    changes: list[dict[str, Any]] = [
        {"milestone": 7},
        {"needs": [0]},
        {"needs": [1]},
        {"difficulty": 9},
        {"rubric": []},
        {"unknown": 1},
    ]
    for change in changes:
        plan = {**quest.plan, "challenges": [{**quest.plan["challenges"][0], **change}]}
        with pytest.raises(ValidationError):
            quest_plans.parse_plan(plan)


def test_the_pages_publish_find_show_and_start(
    client: Client, alice: User, bob: User, shared: Goal
) -> None:
    make_draft(Challenge.objects.get(title="Greet"), "My secret work")
    client.force_login(alice)
    preview = client.get(f"/goals/{shared.pk}/publish/").content.decode()
    assert "What others will see" in preview and "secret" not in preview
    refused = client.post(f"/goals/{shared.pk}/publish/", {"title": "Talk", "summary": "x"})
    assert refused.status_code == 422 and "sentence or two" in refused.content.decode()
    done = client.post(f"/goals/{shared.pk}/publish/", {"title": "Talk well", "summary": SUMMARY})
    client.force_login(bob)
    assert "Talk well" in client.get("/quests/?q=baker&category=languages").content.decode()
    assert "No quest fits" in client.get("/quests/?q=juggling&difficulty=x").content.decode()
    page = client.get(done["Location"]).content.decode()
    assert "Greet" in page and "Alice" in page and "secret" not in page and "Unpublish" not in page
    start = f"{done['Location']}start/"
    assert client.post(start, {"start_date": "never"}).status_code == 422
    today = timezone.localdate().isoformat()
    answers = [client.post(start, {"start_date": today})["Location"] for _ in range(2)]
    assert answers[0] == answers[1] and Goal.objects.owned_by(bob).count() == 1
    assert "You are on this quest" in client.get(done["Location"]).content.decode()
    client.force_login(alice)
    assert "1 start" in client.get("/quests/mine/").content.decode()
    assert not Submission.objects.filter(author=bob).exists()


def test_the_api_starts_once(client: Client, bob: User, quest: Quest) -> None:
    client.force_login(bob)
    url = f"/api/quests/{quest.pk}/start"
    answers = [client.post(url, {}, content_type="application/json") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    listed = client.get("/api/quests/?tag=spanish").json()["items"]
    assert [(one["publisher"], one["started"], one["finished"]) for one in listed] == [
        ("Alice", 1, 0)
    ]


def test_ending_an_account_takes_its_quests_along_and_leaves_the_copies(
    alice: User, bob: User, quest: Quest
) -> None:
    goal, _ = catalogue.start_quest(quest=quest, by=bob)
    alice.delete()
    assert not Quest.objects.exists() and not QuestStart.objects.exists()
    assert Goal.objects.filter(pk=goal.pk).exists()


# --- The quests that come with LearnQuest ---


def test_two_good_quests_for_each_of_six_fields() -> None:
    quests = dict(quest_files.load())
    fields = [quest["category"] for quest in quests.values()]
    assert sorted(fields) == sorted([*(set(Category.values) - {"other"})] * 2)
    for key, quest in quests.items():
        plan = quest_plans.parse_plan(quest["plan"])
        assert 6 <= len(plan.challenges) <= 10 and len(plan.milestones) >= 3, key
        assert plan.challenges[0].difficulty == 1 and plan.difficulty in {2, 3, 4}, key
        assert max(one.difficulty for one in plan.challenges) >= 4, key
        assert plan.last_day <= quest["weeks"] * 7, key
        days = [one.day or 0 for one in plan.milestones]
        assert days == sorted(days), key
        for challenge in plan.challenges:
            assert challenge.milestone is not None and len(challenge.criteria) >= 3, key
            assert (challenge.day or 0) <= (plan.milestones[challenge.milestone].day or 0), key
            assert all(criterion.description for criterion in challenge.criteria), key


@pytest.mark.django_db
def test_seeding_twice_changes_nothing_and_a_changed_file_renews_only_untouched_ones() -> None:
    assert catalogue.ship(quest_files.load()) == 12
    assert catalogue.ship(quest_files.load()) == 0
    assert Quest.objects.filter(publisher=None, published_at__isnull=False).count() == 12
    Quest.objects.filter(key="first-5k").update(title="Mended here")
    Quest.objects.filter(key="short-story").update(published_at=None)
    newer = [(key, {**fields, "summary": "A newer text."}) for key, fields in quest_files.load()]
    assert catalogue.ship(newer) == 11
    mended = Quest.objects.get(key="first-5k")
    assert mended.title == "Mended here" and mended.summary != "A newer text."
    taken_out = Quest.objects.get(key="short-story")
    assert taken_out.summary == "A newer text." and taken_out.published_at is None


def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bad.md").write_text("# Title | music\nNothing.")
    monkeypatch.setattr(quest_files, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"bad\.md"):
        list(quest_files.load())


@pytest.mark.django_db
@pytest.mark.parametrize("key", [key for key, _fields in quest_files.load()])
def test_each_of_them_can_be_started(key: str, alice: User) -> None:
    catalogue.ship([pair for pair in quest_files.load() if pair[0] == key])
    quest = Quest.objects.get()
    goal, _ = catalogue.start_quest(quest=quest, by=alice)
    made = list(Challenge.objects.filter(goal=goal).with_lock())
    assert len(made) == quest.challenge_count
    assert any(not one.is_locked for one in made)
    for one in made:
        one.full_clean()
