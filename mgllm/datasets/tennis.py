"""Tennis interviews (Fu, Danescu-Niculescu-Mizil & Lee, 2016): press conferences with the match's
result.

`transcripts_matchinfo.json`, as its readme documents it: an object of conferences by number, each
with `QandA` (pairs of a question and an answer), `player`, `gender`, `result` (1: the player has
won), `stage`, `tournament`, and more facts. No sound, no video, no times.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field, StrictInt

from mgllm.datasets.base import ImportedItems, dataset
from mgllm.errors import InputError, one_line, some
from mgllm.files.json_files import decode, read_at_most, to_model
from mgllm.records import Frozen, Item, Turn
from mgllm.records.frozen import Name

FILE = "transcripts_matchinfo.json"
NAME = "[name]"
"""What stands for the player's name in the speech."""
TARGETS = {1: "win", 0: "lose"}
ASKS, ANSWERS = "interviewer", "interviewee"
MAX_BYTES = 500_000_000
"""Largest file that is read: ten times some 6,500 conferences of 1,500 words."""
LEAST = 3
"""Letters of a part of a name that is replaced by itself; shorter ones are words, too (Na, Li)."""
FACTS = ("stage", "tournament", "tournament_type", "date", "ranking")


class Conference(Frozen):
    """One press conference, as the file has it."""

    model_config = ConfigDict(extra="ignore")

    QandA: tuple[tuple[str, str], ...]
    player: Name
    result: StrictInt = Field(ge=0, le=1)
    gender: str | None = None
    stage: str | None = None
    tournament: str | None = None
    tournament_type: str | None = None
    date: str | None = None
    ranking: int | float | str | None = None
    opponent: str | None = None


@dataset("tennis")
class Tennis:
    """Importer of the tennis interviews."""

    title = "Tennis interviews with match results"
    terms = "Its readme states no licence; cite the paper. Items are marked `terms: restricted`."
    citation = (
        "Fu, L., Danescu-Niculescu-Mizil, C., & Lee, L. (2016). Tie-breaker: Using language models to "
        "quantify gender bias in sports journalism. IJCAI workshop on NLP meets Journalism."
    )
    caution = (
        "The target is the match result, which is not the same as a feeling. Players are public persons: "
        f"their names in the speech are replaced by {NAME}, yet they can be guessed. Scores, opponents and "
        "tournaments stand in the speech. The final is won or lost by few: `stage` is a shortcut. There are "
        "no gestures."
    )

    def read(self, source: Path) -> ImportedItems:
        """Read the file, or the folder that holds it.

        Raises:
            InputError: it is not the data set; names the conference and the field.
        """
        path = source / FILE if source.is_dir() else source
        if not path.is_file():
            raise InputError(f"{source} has no {FILE}; give the file, or the folder of tennis_data.zip")
        shown = _read(path)
        items = tuple(_item(key, one, f"{path} '{key:.30}'") for key, one in shown.items())
        silent = [item.id for item in items if not item.speech]
        short = sorted({part for one in shown.values() for part in _parts(one.player) if len(part) < LEAST})
        notes = [
            (silent, f"{len(silent)} conferences have no words: {some(silent)}"),
            (
                short,
                f"{len(short)} short parts of names are replaced only in the complete name: {some(short)}",
            ),
        ]
        return ImportedItems(items=items, warnings=tuple(one_line(line) for there, line in notes if there))


def _read(path: Path) -> dict[str, Conference]:
    text = decode(read_at_most(path, MAX_BYTES, FILE), str(path)).removeprefix("\ufeff")
    try:
        content = json.loads(text, parse_constant=lambda _: None)  # Python writes NaN, which is not JSON
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON: {error}") from None
    if not isinstance(content, dict) or not content:
        raise InputError(f"{path} must be an object of press conferences by number")
    return {key: to_model(Conference, one, f"{path} '{key:.30}'") for key, one in content.items()}


def _item(key: str, one: Conference, where: str) -> Item:
    names = _names(one.player)
    pairs = [(who, names.sub(NAME, _tidy(text))) for pair in one.QandA for who, text in _sides(pair)]
    facts: Mapping[str, Any] = {"sex": one.gender, **{name: getattr(one, name) for name in FACTS}}
    content = {
        "id": key,
        "subject": one.player,
        "speech": [Turn(speaker=who, text=text) for who, text in pairs if text],
        "target": TARGETS[one.result],
        "covariates": {name: value for name, value in facts.items() if value not in (None, "")},
        "terms": "restricted",
    }
    return to_model(Item, content, where)


def _sides(pair: tuple[str, str]) -> Iterable[tuple[str, str]]:
    return zip((ASKS, ANSWERS), pair, strict=True)


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _parts(player: str) -> list[str]:
    return re.split(r"[\s.\-]+", player.strip())


def _names(player: str) -> re.Pattern[str]:
    """The complete name, and each of its longer parts, as words, in capitals or not."""
    whole = r"[\s.\-]+".join(map(re.escape, filter(None, _parts(player))))
    words = [whole or "(?!)", *(re.escape(part) for part in _parts(player) if len(part) >= LEAST)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)
