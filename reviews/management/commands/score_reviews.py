import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews import scoring

HEADER = ["submission", "reviewer", "score"]


class Command(BaseCommand):
    help = (
        "Score a CSV of grades (submission,reviewer,score) with the same code as the site. "
        "Writes consensus.csv and reviewers.csv; touches no database."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("grades", type=Path, metavar="IN.csv")
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["grades"]
        try:
            fit = scoring.fit(_grades(path))
        except UnicodeDecodeError as error:
            raise CommandError(f"{path} is not a text in UTF-8.") from error
        except csv.Error as error:
            raise CommandError(f"{path} is not a CSV file: {error}.") from error
        out: Path = options["out"]
        try:
            self._write_all(fit, out)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.") from error
        self.stdout.write(
            f"{len(fit.submissions)} submissions and {len(fit.graders)} reviewers scored."
        )

    def _write_all(self, fit: scoring.Fit[str, str], out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        _write(
            out / "consensus.csv",
            ["submission", "score", "stderr", "reviews"],
            (
                [name, f"{c.score:.4f}", f"{c.stderr:.4f}", c.reviews]
                for name, c in sorted(fit.submissions.items())
            ),
        )
        _write(
            out / "reviewers.csv",
            ["reviewer", "bias", "sd", "quality", "reviews"],
            (
                [name, f"{g.bias:.4f}", f"{g.sd:.4f}", f"{g.quality:.4f}", g.reviews]
                for name, g in sorted(fit.graders.items())
            ),
        )


def _grades(path: Path) -> Iterator[scoring.Grade[str, str]]:
    """Yield the grades of a file; the first bad line ends it with a message that names it."""
    try:
        file = path.open(newline="", encoding="utf-8-sig")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        reader = csv.reader(file)
        if next(reader, None) != HEADER:
            raise CommandError(f"{path} should begin with the line {','.join(HEADER)}.")
        for row in reader:
            if not row:
                continue  # an empty line, as at the end of many a file
            try:
                submission, reviewer, text = row
                score = float(text)
            except ValueError as error:
                raise _bad_line(path, reader.line_num) from error
            # Python reads "6_0" as a number; no other program would.
            if not submission or not reviewer or "_" in text:
                raise _bad_line(path, reader.line_num)
            if not 0 <= score <= 100:
                raise CommandError(
                    f"{path}, line {reader.line_num}: a score lies between 0 and 100."
                )
            yield scoring.Grade(submission, reviewer, score)


def _bad_line(path: Path, number: int) -> CommandError:
    return CommandError(f"{path}, line {number}: a line is a submission, a reviewer and a score.")


def _write(path: Path, header: list[str], rows: Iterator[list[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
