"""The fairness report, as a page and as a table to calculate with."""

import csv
from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.moderation_views import for_moderators
from learnquest.core.http import LearnerRequest
from reviews import fairness

SPANS = (28, 90, 365)


@require_safe
@for_moderators
def page(request: LearnerRequest) -> HttpResponse:
    days = _days(request)
    context = {
        "report": fairness.report(window=timedelta(days=days)),
        "days": days,
        "spans": SPANS,
        "agreed_within": round(fairness.AGREED_WITHIN),
    }
    return render(request, "moderation/fairness.html", context)


@require_safe
@for_moderators
def table(request: LearnerRequest) -> HttpResponse:
    """The same as CSV: part, measure, value."""
    found = fairness.report(window=timedelta(days=_days(request)))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"fairness-{found.until:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    writer.writerow(["part", "measure", "value"])
    writer.writerows(fairness.rows_of(found))
    return response


def _days(request: LearnerRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(days) for days in SPANS} else 90
