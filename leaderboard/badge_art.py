"""The pictures of badges, made of parts: a shape for the family, a metal for the tier, a glyph.

One source for both places where they stand: on our pages, where the style sheet colours them by
class, in light and dark; and alone, in a file for other sites, with the colours written in.
"""

import json
from math import cos, pi, sin
from pathlib import Path

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from leaderboard.badge_list import BADGES, Badge, Family, Tier

SIZE = 96
CENTRE = SIZE / 2
STUDS = {Tier.BRONZE: 1, Tier.SILVER: 2, Tier.GOLD: 3}
STUD_STEP = 6

# Rim, light edge, face and line, for where no style sheet reaches.
METALS = {
    Tier.BRONZE: ("#a8683c", "#d9a27a"),
    Tier.SILVER: ("#8a919c", "#c9ced6"),
    Tier.GOLD: ("#c2912a", "#efcd76"),
}
FACES = {
    Family.FIRST: ("#e6f2ec", "#1f5b47"),
    Family.PERSISTENCE: ("#f7e9e0", "#8a4529"),
    Family.CRAFT: ("#e7eef8", "#2c4f86"),
    Family.HELPING: ("#f6e8f3", "#7a3570"),
    Family.EXPLORERS: ("#e3f1f3", "#1d5d69"),
    Family.STREAKS: ("#fbf0d5", "#80520f"),
    Family.RARE: ("#ece9f8", "#4b3b92"),
}


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "z"


def _corners(count: int, *radii: float, turn: float = 0.0) -> list[tuple[float, float]]:
    """Return the corners of a regular figure; with two radii those of a star."""
    number = count * len(radii)
    return [
        (
            CENTRE + radii[i % len(radii)] * sin(2 * pi * i / number + turn),
            CENTRE - radii[i % len(radii)] * cos(2 * pi * i / number + turn),
        )
        for i in range(number)
    ]


def _scallops(count: int, radius: float) -> str:
    """Return a rosette: arcs from valley to valley."""
    valleys = _corners(count, radius, turn=pi / count)
    bow = radius * sin(pi / count) * 1.08
    first, *rest = [*valleys, valleys[0]]
    arcs = "".join(f"A{bow:.1f} {bow:.1f} 0 0 1 {x:.1f} {y:.1f}" for x, y in rest)
    return f"M{first[0]:.1f} {first[1]:.1f}{arcs}z"


SHAPES = {
    Family.FIRST: f"M{CENTRE} 9a39 39 0 1 1 0 78 39 39 0 0 1 0-78z",
    Family.PERSISTENCE: _path(_corners(6, 40)),
    Family.CRAFT: _path(_corners(8, 39.5, turn=pi / 8)),
    Family.HELPING: _scallops(9, 34),
    Family.EXPLORERS: "M48 6 54 10 86 42 90 48 86 54 54 86 48 90 42 86 10 54 6 48 10 42 42 10z",
    Family.STREAKS: (
        "M49 5C53 19 66 24 76 37c7 9 9 17 7 27C79 81 65 91 48 91S17 81 13 64c-2-11 2-20 9-27 "
        "2 5 5 8 9 9C30 30 37 15 49 5z"
    ),
    Family.RARE: _path(_corners(12, 41, 34.5)),
}
# Where the glyph stands; a flame is heavy at its foot.
LIFT = {Family.STREAKS: 7.0}

# Each badge's own drawing by its code, in lines on a field of 24 × 24; "?" is what hides a secret.
GLYPHS: dict[str, str] = json.loads(Path(__file__).with_name("badge_glyphs.json").read_text())
VEIL = "?"


def draw(badge: Badge, *, is_veiled: bool = False) -> SafeString:
    """Draw a badge for one of our pages; the words beside it say what it is.

    `is_veiled` is a secret one for somebody who does not hold it.
    """
    return format_html(
        '<svg class="art art--{} art--{}" viewBox="0 0 {} {}" aria-hidden="true" '
        'focusable="false">{}</svg>',
        badge.tier.value,
        badge.family.value,
        SIZE,
        SIZE,
        _parts(badge, glyph=GLYPHS[VEIL if is_veiled else badge.code]),
    )


def file(badge: Badge) -> str:
    """Draw a badge as a file of its own, for other sites."""
    metal, light = METALS[badge.tier]
    face, line = FACES[badge.family]
    looks = {
        "rim": f'fill="{metal}" stroke="{metal}" stroke-width="6" stroke-linejoin="round"',
        "edge": f'fill="none" stroke="{light}" stroke-width="1.5" stroke-linejoin="round"',
        "face": f'fill="{face}" stroke="{face}" stroke-width="6" stroke-linejoin="round"',
        "glyph": (
            f'fill="none" stroke="{line}" stroke-width="1.6" stroke-linecap="round" '
            'stroke-linejoin="round"'
        ),
        "stud": f'fill="{metal}"',
    }
    parts = str(_parts(badge, glyph=GLYPHS[badge.code]))
    for name, look in looks.items():
        parts = parts.replace(f'class="art__{name}"', look)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="512" '
        f'height="512" role="img"><title>{escape(badge.name)}</title>{parts}</svg>'
    )


def _parts(badge: Badge, *, glyph: str) -> SafeString:
    shape = SHAPES[badge.family]
    lift = LIFT.get(badge.family, 0.0)
    scale = 1.35 if badge.family in LIFT else 1.55
    corner = CENTRE - 12 * scale
    studs = STUDS[badge.tier]
    first = CENTRE - STUD_STEP * (studs - 1) / 2
    return format_html(
        '<path class="art__rim" d="{0}"/>'
        '<path class="art__edge" transform="{1}" d="{0}"/>'
        '<path class="art__face" transform="{2}" d="{0}"/>'
        '<path class="art__glyph" transform="translate({3} {4}) scale({5})" d="{6}"/>{7}',
        shape,
        _scaled(0.94),
        _scaled(0.8),
        f"{corner:.1f}",
        f"{corner - 3 + lift:.1f}",
        scale,
        glyph,
        format_html_join(
            "",
            '<circle class="art__stud" cx="{}" cy="{}" r="2"/>',
            ((first + STUD_STEP * number, f"{72.5 + lift * 0.7:.1f}") for number in range(studs)),
        ),
    )


def _scaled(by: float) -> SafeString:
    shift = CENTRE * (1 - by)
    return mark_safe(f"translate({shift:.2f} {shift:.2f}) scale({by})")  # noqa: S308 - numbers


assert GLYPHS.keys() - {VEIL} == {badge.code for badge in BADGES}
