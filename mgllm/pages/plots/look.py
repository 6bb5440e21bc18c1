"""How a picture looks: width, letters, colours. On the page colours are names, for paper real
colours."""

from __future__ import annotations

from dataclasses import dataclass

INK, FAINT, ACCENT, SECOND, GROUND = "#010101", "#020202", "#030303", "#040404", "#0b0b0b"
"""Placeholders to draw with on the page; each is replaced by a colour of the page's style."""
SERIES = ("#050505", "#060606", "#070707", "#080808", "#090909", "#0a0a0a")
"""Placeholders for the colours of models."""
NAMES = {
    **{INK: "ink", FAINT: "faint", ACCENT: "accent", SECOND: "second", GROUND: "paper"},
    **{colour: f"series{number}" for number, colour in enumerate(SERIES)},
}
"""Their names in the page's style sheet."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""Shapes of models, so that they differ without colour; seven shapes with six colours repeat after
42."""


@dataclass(frozen=True, slots=True)
class Look:
    """Sizes and colours of a picture."""

    width: float
    """Inches."""
    letters: float
    """Size of letters in points."""
    pitch: float
    """Inches from one mark to the next."""
    ink: str = INK
    """Colour of letters."""
    faint: str = FAINT
    """Colour of axes."""
    ground: str = GROUND
    """Colour of the background."""
    series: tuple[str, ...] = SERIES
    """Colours of models, in turn."""

    @property
    def small(self) -> float:
        """Size of letters below the picture, in points."""
        return max(6.0, self.letters - 0.3)

    @property
    def characters(self) -> int:
        """About how many letters fit in a line of the picture."""
        return int(self.width * 72 / (0.56 * self.letters))  # 0.56 em: the mean of the widest usual font


WIDE = Look(width=7.4, letters=9, pitch=0.17)
"""The page in a window, and printed: the width of A4 between its margins."""
NARROW = Look(width=3.7, letters=9, pitch=0.14)
"""The page on a phone: at 390 px nothing is shrunk, and letters have 12 px."""
PAPER = Look(
    width=3.3,
    letters=7,
    pitch=0.12,
    ink="#000000",
    faint="#666666",
    ground="#ffffff",
    series=("#0b3c78", "#e6842a", "#1c7a5a", "#c76bc0", "#5b2a7a", "#999999"),
)
"""One column of two in a paper; light and dark colours take turns, so that neighbours differ in
grey."""
