"""How a picture looks: width, letters, colours. On the page colours are names, on paper they are colours."""

from __future__ import annotations

from dataclasses import dataclass

INK, FAINT, ACCENT, SECOND, GROUND = "#010101", "#020202", "#030303", "#040404", "#0b0b0b"
"""Colours to draw with on the page; each stands for one of the page's."""
SERIES = ("#050505", "#060606", "#070707", "#080808", "#090909", "#0a0a0a")
"""Those that tell models apart."""
NAMES = {
    **{INK: "ink", FAINT: "faint", ACCENT: "accent", SECOND: "second", GROUND: "paper"},
    **{colour: f"series{number}" for number, colour in enumerate(SERIES)},
}
"""What the page's style sheet calls them."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""Shapes that tell models apart without any colour; seven shapes over six colours repeat after 42."""


@dataclass(frozen=True, slots=True)
class Look:
    """Sizes and colours of a picture."""

    width: float
    """Inches."""
    letters: float
    """Points."""
    pitch: float
    """Inches from one mark to the next."""
    ink: str = INK
    """Letters."""
    faint: str = FAINT
    """Axes."""
    ground: str = GROUND
    """What lies behind."""
    series: tuple[str, ...] = SERIES
    """Colours of models, in turn."""

    @property
    def small(self) -> float:
        """Points of what stands beneath."""
        return max(6.0, self.letters - 0.3)

    @property
    def characters(self) -> int:
        """About how many letters fit on a line of the picture."""
        return int(self.width * 72 / (0.56 * self.letters))  # 0.56 em: the mean of the widest usual font


WIDE = Look(width=7.4, letters=9, pitch=0.17)
"""The page in a window, and printed: as wide as a sheet of A4 between its margins."""
NARROW = Look(width=3.7, letters=9, pitch=0.14)
"""The page on a phone: nothing is shrunk at 390 px, letters have 12."""
PAPER = Look(
    width=3.3,
    letters=7,
    pitch=0.12,
    ink="#000000",
    faint="#666666",
    ground="#ffffff",
    series=("#0b3c78", "#e6842a", "#1c7a5a", "#c76bc0", "#5b2a7a", "#999999"),
)
"""One column of a paper in two; light and dark colours by turns, so that neighbours differ in grey."""
