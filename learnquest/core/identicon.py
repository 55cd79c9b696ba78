"""A figure for everybody who has no picture: drawn from a hash, always the same.

Nine squares, as in Don Park's scheme of 2007, but mirrored and not turned around the middle: four
shapes turned around a point can come out as a swastika, and a mirrored figure cannot.
"""

import hashlib
from dataclasses import dataclass

TONES = 6
# Each fills a square of 8 by 8, its weight at the upper left.
SHAPES = (
    "M0 0h8a8 8 0 0 1-8 8z",  # a quarter of a disc
    "M0 0h8a4 4 0 0 1-8 0z",  # half a disc
    "M0 0h8L0 8z",  # a triangle
    "M0 0h4a4 4 0 0 1 4 4v4H4a4 4 0 0 1-4-4z",  # a leaf
    "M4 0l4 4-4 4-4-4z",  # a diamond
    "M4 0a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",  # a disc
    "M0 8V4a4 4 0 0 1 8 0v4z",  # an arch
    "M0 0h8v8a8 8 0 0 1-8-8z",  # a sail
)
# Those that are the same seen in a mirror, for the middle of the upper and the lower row.
UPRIGHT = (SHAPES[1], SHAPES[4], SHAPES[5], SHAPES[6])
MIDDLES = (SHAPES[4], SHAPES[5], SHAPES[6], "M0 0h8v8H0z")


@dataclass(frozen=True)
class Figure:
    """Four paths in squares of 8 by 8, how far each but the last is turned, and a tone."""

    corner: str
    corner_turn: int
    side: str
    side_turn: int
    top: str
    top_turn: int
    middle: str
    tone: int


def figure(seed: object) -> Figure:
    """Return the figure that belongs to `seed`."""
    corner, corner_turn, side, side_turn, middle, tone, top, top_turn, *_ = hashlib.sha256(
        str(seed).encode()
    ).digest()
    first = corner % len(SHAPES)
    # Another shape than in the corners, or it looks like wallpaper.
    second = (first + 1 + side % (len(SHAPES) - 1)) % len(SHAPES)
    return Figure(
        corner=SHAPES[first],
        corner_turn=90 * (corner_turn % 4),
        side=SHAPES[second],
        side_turn=90 * (side_turn % 4),
        top=UPRIGHT[top % len(UPRIGHT)],
        top_turn=180 * (top_turn % 2),
        middle=MIDDLES[middle % len(MIDDLES)],
        tone=tone % TONES,
    )
