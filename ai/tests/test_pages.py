"""The coach's own pages."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import User
from ai.models import AIRequest, Transcript
from ai.recovery import TRANSCRIPT_DAYS
from ai.tasks import clear_ai_records
from learnquest.core import schedule


def test_a_link_fills_in_where_the_idea_was_met(client: Client, alice: User) -> None:
    client.force_login(alice)
    page = client.get("/coach/explain/", {"context": "Bake a loaf", "concept": "x" * 500})
    form = page.context["form"]
    assert form["context"].value() == "Bake a loaf"
    assert form["concept"].value() == "x" * 200


def test_what_was_sent_is_there_for_alice_alone_and_goes_with_time(
    client: Client, alice: User, bob: User
) -> None:
    for age in (0, TRANSCRIPT_DAYS + 1):
        asked = timezone.now() - timedelta(days=age)
        request = AIRequest.objects.create(user=alice, purpose="plan", model="m", created_at=asked)
        Transcript.objects.create(request=request, user=alice, sent=f"Sent {age} days ago")
    client.force_login(bob)
    assert "days ago" not in client.get("/coach/sent/").content.decode()
    client.force_login(alice)
    assert client.get("/coach/sent/").content.decode().count("days ago</pre>") == 2
    clear_ai_records.func()
    page = client.get("/coach/sent/").content.decode()
    assert "Sent 0 days ago" in page and f"Sent {TRANSCRIPT_DAYS + 1}" not in page


def test_the_books_of_the_coach_are_cleared_and_its_lost_work_is_looked_for() -> None:
    every = {job.name: job.every for job in schedule.jobs()}
    assert every["ai.tasks.clear_ai_records"] == timedelta(days=1)
    assert every["reviews.tasks.recover_ai_work"] == timedelta(minutes=1)
