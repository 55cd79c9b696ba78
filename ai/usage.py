"""What the coach was asked, what it cost and how it went, for the admin's page.

The database adds up; however many calls there were, the page takes the same few queries.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, IntegerField, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber, TruncDate
from django.utils import timezone
from django.utils.dateparse import parse_date

from ai import budget
from ai.exchange import State
from ai.models import PURPOSES, AIRequest, Alert, Breaker

DAYS = (1, 7, 30, 90)
# A longer span would keep the database busy for a page that nobody reads to its end.
MOST_DAYS = 366
NOTES = 20


@dataclass(frozen=True)
class Span:
    """The days looked at, both included, in the site's time zone."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass
class Line:
    """Calls added up."""

    name: Any = ""
    calls: int = 0
    cached: int = 0
    offline: int = 0
    failed: int = 0
    tokens: int = 0
    cost: Decimal = Decimal(0)
    p50: int | None = None
    p95: int | None = None

    @property
    def asked(self) -> int:
        """Calls that went to a model."""
        return self.calls - self.cached - self.offline

    @property
    def hit_rate(self) -> float | None:
        """The share, in percent, of what a model would have been asked that the cache knew."""
        known = self.calls - self.offline
        return 100 * self.cached / known if known else None

    @property
    def failure_rate(self) -> float | None:
        return 100 * self.failed / self.asked if self.asked else None


@dataclass
class Version:
    """What learners say of the answers of one version of a prompt."""

    purpose: Any
    version: int
    is_offline: bool
    answers: int
    useful: int
    useless: int
    wrong: int

    @property
    def usefulness(self) -> float | None:
        """The share, in percent, of those who said whether an answer was useful."""
        told = self.useful + self.useless
        return 100 * self.useful / told if told else None


@dataclass
class Report:
    total: Line
    purposes: list[Line]
    failures: list[tuple[Any, int]]
    models: list[Line]
    versions: list[Version]
    days: list[Line]
    notes: QuerySet[AIRequest]
    budgets: list[budget.Standing] = field(default_factory=list)
    breakers: list[Breaker] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)


def span_of(query: Mapping[str, str], *, today: date) -> Span:
    """Read `days`, or `from` and `to`, as they stand in the address; what makes no sense becomes
    the last seven days."""
    first, last = _day(query.get("from", "")), _day(query.get("to", ""))
    if first or last:
        last = min(last or today, today)
        first = min(first or last, last)
        return Span(max(first, last - timedelta(days=MOST_DAYS - 1)), last)
    days = query.get("days", "")
    count = int(days) if days.isdecimal() and int(days) in DAYS else 7
    return Span(today - timedelta(days=count - 1), today)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def report(span: Span, *, now: datetime) -> Report:
    """Add up the calls of a span; budgets, breakers and alerts are told as they stand now."""
    zone = timezone.get_default_timezone()
    begin = datetime.combine(span.first, time.min, zone)
    end = datetime.combine(span.last + timedelta(days=1), time.min, zone)
    calls = AIRequest.objects.filter(created_at__gte=begin, created_at__lt=end)
    groups = list(
        calls.values("purpose", "model", "outcome", "cached", "offline")
        .annotate(n=Count("pk"), tokens=Sum(F("tokens_in") + F("tokens_out")), spent=Sum("cost"))
        .order_by("purpose", "model")
    )
    purposes = _lines(groups, "purpose")
    labels = dict(PURPOSES)
    for percent in (50, 95):
        for name, latency in _latencies(calls, percent):
            setattr(purposes[name], f"p{percent}", latency)
    for name, line in purposes.items():
        line.name = labels.get(name, name)
    return Report(
        total=_sum(groups),
        purposes=[purposes[name] for name in labels if name in purposes],
        failures=_failures(groups),
        models=list(_lines(groups, "model").values()),
        versions=_versions(calls),
        days=_days(calls),
        notes=calls.filter(is_wrong=True).exclude(note="").order_by("-created_at")[:NOTES],
        budgets=budget.site_standings(now=now),
        breakers=list(Breaker.objects.filter(open_until__gt=now)),
        alerts=list(Alert.objects.order_by("-raised_at")),
    )


def _lines(groups: Iterable[Mapping[str, Any]], by: str) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    for group in groups:
        _add(lines.setdefault(group[by], Line(name=group[by])), group)
    return lines


def _sum(groups: Iterable[Mapping[str, Any]]) -> Line:
    total = Line()
    for group in groups:
        _add(total, group)
    return total


def _add(line: Line, group: Mapping[str, Any]) -> None:
    line.calls += group["n"]
    line.cached += group["n"] if group["cached"] else 0
    line.offline += group["n"] if group["offline"] else 0
    line.failed += group["n"] if _is_failure(group) else 0
    # What the cache knew was paid for once, by the call that asked for it.
    if not group["cached"]:
        line.tokens += group["tokens"] or 0
        line.cost += group["spent"] or 0


def _is_failure(group: Mapping[str, Any]) -> bool:
    return group["outcome"] not in {State.OK, AIRequest.PENDING}


def _failures(groups: Iterable[Mapping[str, Any]]) -> list[tuple[Any, int]]:
    labels = dict(AIRequest.OUTCOMES)
    counts: dict[str, int] = {}
    for group in groups:
        if _is_failure(group):
            counts[group["outcome"]] = counts.get(group["outcome"], 0) + group["n"]
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(labels.get(outcome, outcome), count) for outcome, count in ordered]


def _latencies(calls: QuerySet[AIRequest], percent: int) -> QuerySet[AIRequest, tuple[Any, ...]]:
    """Return, by purpose, the latency that `percent` of the answers of a model kept below.

    It is the nearest rank, so a value that was measured, and works on any database.
    """
    rank = (F("n") * percent + 99) / 100
    return (
        calls.filter(cached=False, offline=False, outcome=State.OK)
        .annotate(
            n=Window(Count("pk"), partition_by="purpose", output_field=IntegerField()),
            place=Window(RowNumber(), partition_by="purpose", order_by=("latency_ms", "pk")),
        )
        .filter(place=rank)
        .values_list("purpose", "latency_ms")
    )


def _versions(calls: QuerySet[AIRequest]) -> list[Version]:
    labels = dict(PURPOSES)
    rows = (
        calls.filter(outcome=State.OK)
        .values("purpose", "prompt_version", "offline")
        .annotate(
            answers=Count("pk"),
            useful=Count("pk", filter=Q(helpful=True)),
            useless=Count("pk", filter=Q(helpful=False)),
            wrong=Count("pk", filter=Q(is_wrong=True)),
        )
        .order_by("purpose", "offline", "-prompt_version")
    )
    return [
        Version(
            purpose=labels.get(row["purpose"], row["purpose"]),
            version=row["prompt_version"],
            is_offline=row["offline"],
            **{name: row[name] for name in ("answers", "useful", "useless", "wrong")},
        )
        for row in rows
    ]


def _days(calls: QuerySet[AIRequest]) -> list[Line]:
    rows = (
        calls.annotate(day=TruncDate("created_at", tzinfo=timezone.get_default_timezone()))
        .values("day", "outcome", "cached", "offline")
        .annotate(n=Count("pk"), tokens=Sum(F("tokens_in") + F("tokens_out")), spent=Sum("cost"))
        .order_by("-day")
    )
    return list(_lines(rows, "day").values())
