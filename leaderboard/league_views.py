"""One's own league, for those who asked for one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from leaderboard import seasons
from leaderboard.league_models import League
from learnquest.core.http import LearnerRequest, post_only


@require_safe
def mine(request: LearnerRequest) -> HttpResponse:
    """The table of one's group with what each place leads to; or what leagues are."""
    now = timezone.now()
    player = seasons.player_of(request.user)
    context = {
        "player": player,
        "table": seasons.table_of(request.user, now) if player else None,
        "last": seasons.last_week_of(request.user, now) if player else None,
        "ends_at": seasons.end_of_week(now),
        "steps": [(league, player and player.league == league) for league in League],
        "zone": seasons.ZONE,
    }
    return render(request, "leagues/mine.html", context)


@post_only("leagues:mine")
def join(request: LearnerRequest) -> HttpResponse:
    """Take part from the next week on."""
    seasons.join(by=request.user)
    messages.success(request, _("You take part. Your first group comes with the next week."))
    return redirect("leagues:mine")


@post_only("leagues:mine")
def leave(request: LearnerRequest) -> HttpResponse:
    """Take part no longer."""
    seasons.leave(by=request.user)
    messages.success(request, _("You have left the leagues, and are gone from your group's table."))
    return redirect("leagues:mine")
