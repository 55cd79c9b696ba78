"""Pages of the catalogue: find a quest, look at it, start it; publish a plan of one's own."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from challenges import catalogue
from challenges.forms import DIFFICULTIES, QuestForm, StartForm
from challenges.models import Quest
from goals.models import Category, Goal
from learnquest.core.checked import show_on
from learnquest.core.errors import DomainError
from learnquest.core.http import LearnerRequest, post_only

PAGE_SIZE = 12
LENGTHS = [
    ("short", gettext_lazy("Up to 4 weeks")),
    ("medium", gettext_lazy("5 to 8 weeks")),
    ("long", gettext_lazy("9 weeks and more")),
]
ORDERS = [
    ("popular", gettext_lazy("Most finished")),
    ("new", gettext_lazy("Newest")),
    ("short", gettext_lazy("Least time")),
    ("title", gettext_lazy("Title")),
]


@require_safe
def catalogue_page(request: LearnerRequest) -> HttpResponse:
    """All quests, or those that fit; what an address asks for that does not exist is ignored."""
    wish = wish_of(request)
    found = catalogue.find(wish, viewer=request.user)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "wish": wish,
        "categories": Category.choices,
        "levels": Goal.Level.choices,
        "lengths": LENGTHS,
        "difficulties": DIFFICULTIES,
        "orders": ORDERS,
        "is_narrowed": wish != catalogue.Wish(order=wish.order),
        "without_tag": "?" + urlencode({k: v for k, v in request.GET.items() if k != "tag"}),
    }
    return render(request, "challenges/quests.html", context)


def wish_of(request: LearnerRequest) -> catalogue.Wish:
    """Return what the address asks for."""

    def one_of(name: str, values: list[str]) -> str:
        value = request.GET.get(name, "")
        return value if value in values else ""

    difficulty = one_of("difficulty", [str(number) for number, _label in DIFFICULTIES])
    return catalogue.Wish(
        words=request.GET.get("q", "").strip()[:100],
        category=one_of("category", Category.values),
        level=one_of("level", Goal.Level.values),
        tag=request.GET.get("tag", "").strip()[:24],
        length=one_of("length", list(catalogue.LENGTHS)),
        difficulty=int(difficulty) if difficulty else None,
        order=one_of("order", list(catalogue.ORDERS)) or "popular",
    )


def _mine(request: LearnerRequest, pk: int) -> Quest:
    return get_object_or_404(Quest.objects.published_by(request.user), pk=pk)


@require_safe
def quest(request: LearnerRequest, pk: int) -> HttpResponse:
    return _quest_page(request, _quest(request, pk), StartForm(initial=_today()))


@post_only("challenges:quest")
def start(request: LearnerRequest, pk: int) -> HttpResponse:
    """Make a copy, and go to it; a second click goes to the same one."""
    quest = _quest(request, pk)
    form = StartForm(request.POST)
    if not form.is_valid():
        return _quest_page(request, quest, form, status=422)
    try:
        goal, is_new = catalogue.start_quest(
            quest=quest, by=request.user, start_date=form.cleaned_data["start_date"]
        )
    except DomainError as refusal:
        show_on(form, refusal)
        return _quest_page(request, quest, form, status=422)
    if is_new:
        messages.success(
            request, _("Your quest has begun. This copy is yours: change what you like.")
        )
    else:
        messages.info(request, _("You are on this quest already. Here it is."))
    return redirect(goal)


@require_safe
def mine(request: LearnerRequest) -> HttpResponse:
    """What one has published, with how many started and finished each."""
    quests = Quest.objects.published_by(request.user).with_counts().order_by("-changed_at")
    return render(request, "challenges/my_quests.html", {"quests": list(quests)})


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: LearnerRequest, goal_pk: int) -> HttpResponse:
    """Put a goal's plan into the catalogue, after a look at what others will see."""
    goal = get_object_or_404(Goal.objects.owned_by(request.user), pk=goal_pk)
    before = Quest.objects.filter(goal=goal).first()
    initial = {"title": goal.title, "summary": goal.description[:600]}
    form = QuestForm(
        request.POST or None, initial=None if before else initial, instance=before or Quest()
    )
    plan, error = None, ""
    try:
        plan = catalogue.snapshot(goal)
    except DomainError as refusal:
        error = str(refusal)
    if request.method == "POST" and form.is_valid():
        try:
            quest = catalogue.publish_quest(goal=goal, by=request.user, **form.cleaned_data)
        except DomainError as refusal:
            show_on(form, refusal)
        else:
            messages.success(request, _("Your quest is in the catalogue."))
            return redirect(quest)
    context = {"goal": goal, "form": form, "plan": plan, "error": error, "quest": before}
    status = 422 if request.method == "POST" else 200
    return render(request, "challenges/publish.html", context, status=status)


@post_only(_mine)
def unpublish(request: LearnerRequest, pk: int) -> HttpResponse:
    quest = _mine(request, pk)
    catalogue.unpublish_quest(quest=quest, by=request.user)
    messages.success(request, _("Taken out. Who has started it keeps their copy."))
    return redirect("challenges:my_quests")


def _quest(request: LearnerRequest, pk: int) -> Quest:
    quests = Quest.objects.visible_to(request.user).with_counts().select_related("publisher")
    return get_object_or_404(quests, pk=pk)


def _quest_page(
    request: LearnerRequest, quest: Quest, form: StartForm, status: int = 200
) -> HttpResponse:
    context = {
        "quest": quest,
        "plan": quest.content,
        "form": form,
        "is_mine": quest.publisher_id == request.user.pk,
        "running": catalogue.running_copy(quest, request.user),
    }
    return render(request, "challenges/quest.html", context, status=status)


def _today() -> dict[str, object]:
    return {"start_date": timezone.localdate()}
