import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from ai import evaluating, gateway
from ai.evaluating import Judged, Report


class Command(BaseCommand):
    help = (
        "Have the configured model, or the offline coach, judge a labelled set of works, and say "
        "how its scores agree with the labels. It asks anew, which costs money, on the budget of "
        "an administrator."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")
        parser.add_argument(
            "--field", action="append", help="only works of this field, such as maths; repeatable"
        )
        parser.add_argument(
            "--as", dest="email", help="whose budget pays; else the first administrator's"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        works = evaluating.labelled(set(options["field"] or ()))
        if not works:
            raise CommandError("There are no works of that field.")
        user = _payer(options["email"])
        judged = []
        for one in evaluating.judge(works, user=user):
            judged.append(one)
            if options["verbosity"] > 1 or not options["json"]:
                self.stderr.write(_line(one, len(judged), len(works)))
        figures = evaluating.report(judged)
        if options["json"]:
            self.stdout.write(json.dumps(figures.as_json(), indent=2))
        else:
            self.stdout.write(_told(figures, is_offline=gateway.is_offline(user)))


def _payer(email: str | None) -> User:
    people = User.objects.filter(is_active=True)
    if email:
        user = people.filter(email__iexact=email).first()
        if user is None:
            raise CommandError(f"Nobody active has the address {email}.")
        return user
    user = people.filter(is_superuser=True).order_by("pk").first()
    if user is None:
        raise CommandError(
            "There is no administrator whose budget could pay: make one with `manage.py "
            "createsuperuser`, or name somebody with --as."
        )
    return user


def _line(one: Judged, number: int, count: int) -> str:
    found = "-" if one.score is None else f"{one.score:.0f}"
    why = "" if one.score is not None else f"  {one.outcome.state}: {one.outcome.message}"
    name = f"{one.work.field}, {one.work.strength}"
    return f"{number:3}/{count}  {name:36} label {one.work.score:3}  score {found:>3}{why}"


def _told(figures: Report, *, is_offline: bool) -> str:
    who = "the offline coach" if is_offline else figures.model
    failures = ", ".join(f"{count} {state}" for state, count in figures.failures.items())
    grounded = figures.grounded_share
    failed = figures.works - figures.answered
    spent = f"{figures.median_seconds:.2f} s, {figures.slowest_seconds:.2f} s"
    rows = {
        "Rank correlation with the labels (Spearman)": _or_dash(figures.rank_correlation),
        "Mean absolute error, in points of 100": _or_dash(figures.mean_absolute_error),
        "Mean error (above 0: kinder than the labels)": _or_dash(figures.mean_error),
        "Share of grounded quotes": (
            f"{'-' if grounded is None else f'{grounded:.1%}'} of {figures.quotes}"
        ),
        "Failures": f"{failed}{f' ({failures})' if failures else ''}",
        "Cost, in the currency of AI_PRICES": str(figures.cost),
        "Tokens in and out": f"{figures.tokens_in} + {figures.tokens_out}",
        "Time in all, median and longest": f"{figures.seconds:.1f} s, {spent}",
    }
    lines = [
        f"Feedback by {who}, prompt version {figures.prompt_version}, on {figures.works} works",
        "",
        *(f"{name:46}{value}" for name, value in rows.items()),
        "",
        f"{'Strength':24}{'Works':>6}{'Label':>8}{'Score':>8}",
    ]
    for strength, row in figures.by_strength.items():
        lines.append(f"{strength:24}{row['works']:>6}{row['label']:>8.1f}{row['score']:>8.1f}")
    return "\n".join(lines)


def _or_dash(value: float | None) -> str:
    return "-" if value is None else str(value)
