"""Dates look alike on every page: day, month in letters, year, and the hour of 24."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# 29 Nov 2026, 13:46; shorter where year, day or hour are known; numbers for machines.
ALIKE = {
    *("j M Y", "j M Y, H:i", "j M", "j M, H:i", "D, j M Y", "l, j F", "l, j F, H:i", "l H:i"),
    *("F Y", "M", "H:i", "H:i:s", "Y-m-d", "c", "e"),
}
FILTER = re.compile(r"\|(?:date|time)\b(?::(?:\"([^\"]*)\")?)?")


def test_templates_write_dates_in_one_way() -> None:
    others = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for path in (ROOT / "templates").rglob("*.*")
        for found in FILTER.finditer(path.read_text())
        if found.group(1) not in ALIKE
    ]
    assert others == []


def test_code_writes_dates_in_one_way() -> None:
    others = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in sorted(ROOT.iterdir())
        if folder.is_dir() and not folder.name.startswith(".")
        for path in folder.rglob("*.py")
        if path.parent.name != "tests"
        for line in path.read_text().splitlines()
        if "date_format(" in line and not ALIKE & set(re.findall(r"\"([^\"]*)\"", line))
    ]
    assert others == []
