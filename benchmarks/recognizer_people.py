"""How well a recogniser reads people: where their hands are, and whether it is quiet without contact.

    python benchmarks/recognizer_people.py DATA [--checkpoint C] [--only people_dev,...] [--json OUT]
    python benchmarks/recognizer_people.py DATA --pictures DIR
    python benchmarks/recognizer_people.py --table A.json B.json ...

DATA is the folder with people_dev, people_open, intel_asl, kinder_gator and utd_mhad.npz. What is
measured is what a user gets: each clip goes through `mgllm transcribe` with its defaults, and the
transcripts are counted. A word or a group is a gesture; *illustrative body language* is none. The
checkpoint is the one that ships unless another is named. Prints Markdown.
docs/results/recognizer-people.md has the protocol.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import get_args

from people_counts import (  # type: ignore[import-not-found]
    ARMS,
    GROUP_OF_PLACE,
    HIPS_BACK,
    Measure,
    Result,
    any_gesture,
    any_word,
    over_people,
    pooled,
    right_group,
    right_word,
    says,
    wrong_words,
)
from people_sets import Watched, read_source, watch  # type: ignore[import-not-found]
from people_tables import beside, tables  # type: ignore[import-not-found]
from people_timelines import in_time, read_events  # type: ignore[import-not-found]
from projecting import LAYOUT, NECK, Neck, projected  # type: ignore[import-not-found]

from mgllm.datasets.skeletons.utd_mhad import UtdMhad
from mgllm.recognizer.network.checkpoint import weights_sha256
from mgllm.recognizer.network.network import SHIPPED
from mgllm.skeleton import Clip, DatasetMeta, Layout

Measures = dict[str, Measure | None]
Words = dict[str, dict[str, int]]
AKIMBO, ARM_CROSS, FOLDED = "arms akimbo", "arm cross", "folding arms"
PUBLIC = "o07"
"""The group of people_open that nothing learns from: pieces of intel_asl."""


def main() -> int:
    """Measure and print."""
    options = _options()
    if options.table:
        print(beside({path.stem: Result.model_validate_json(path.read_text()) for path in options.table}))
        return 0
    if options.pictures is not None:
        from people_pictures import draw_pictures  # type: ignore[import-not-found]

        draw_pictures(options.data, options.pictures)
        return 0
    result = _measured(options)
    print(tables(result))
    if options.json is not None:
        options.json.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return 0


def _measured(options: argparse.Namespace) -> Result:
    checkpoint = options.checkpoint or SHIPPED
    measures: dict[str, Measure] = {}
    words: Words = {}
    seconds = {}
    for name in options.only or SETS:
        begin = time.perf_counter()
        found, said = SETS[name](options)
        seconds[name] = time.perf_counter() - begin
        shown = f"{name}, neck between shoulders" if name in FILMED and options.neck != NECK else name
        measures |= {f"{shown}: {what}": one for what, one in found.items() if one is not None}
        words |= {f"{shown}: {what}": counts for what, counts in said.items()}
        print(f"{name}: {seconds[name]:.0f} s", file=sys.stderr, flush=True)
    sha256 = weights_sha256(checkpoint)
    return Result(checkpoint=checkpoint.name, sha256=sha256, measures=measures, words=words, seconds=seconds)


def _people_dev(options: argparse.Namespace) -> tuple[Measures, Words]:
    """Touches and clips without contact of people at webcams; clips of unknown place are left
    out."""
    source = read_source(options.data / "people_dev")
    known = source.clips(lambda row: row["location"] in {*GROUP_OF_PLACE, "none"} - {"hips"})
    watched = watch(source.meta, known, options.checkpoint)
    touches = [clip for clip in watched if clip.right_words]
    free = [clip for clip in watched if not clip.right_words]
    answered = [clip for clip in touches if clip.gestures]
    measures: Measures = {
        "touches, right word": over_people(touches, right_word),
        "touches, an answer is given": over_people(touches, any_gesture),
        "touches, right group where answered": over_people(answered, right_group),
        "no contact, any gesture": over_people(free, any_gesture),
        "no contact, any word": over_people(free, any_word),
        "idle, any gesture": over_people([clip for clip in free if clip.row["idle"]], any_gesture),
        "no contact, not idle, any gesture": over_people(
            [clip for clip in free if not clip.row["idle"]], any_gesture
        ),
    }
    for place in dict.fromkeys(clip.row["location"] for clip in touches):
        there = [clip for clip in touches if clip.row["location"] == place]
        measures[f"{place}, right word"] = over_people(there, right_word)
        measures[f"{place}, an answer is given"] = over_people(there, any_gesture)
        measures[f"{place}, right group where answered"] = over_people(
            [clip for clip in there if clip.gestures], right_group
        )
    return measures, {"touches, wrong": wrong_words(touches), "no contact": wrong_words(free)}


def _people_open(options: argparse.Namespace) -> tuple[Measures, Words]:
    """Only the public test: 13 stretches without contact."""
    source = read_source(options.data / "people_open")
    free = source.clips(lambda row: row["group"] == PUBLIC and row["location"] == "none")
    watched = watch(source.meta, free, options.checkpoint)
    measures = {f"{PUBLIC}, no contact, any gesture": pooled(watched, any_gesture)}
    return measures, {f"{PUBLIC}, no contact": wrong_words(watched)}


def _intel_asl(options: argparse.Namespace) -> tuple[Measures, Words]:
    """Contacts in time."""
    folder = options.data / "intel_asl"
    source = read_source(folder)
    watched = watch(source.meta, source.clips(), options.checkpoint)
    return in_time(watched, read_events(folder / "events.csv")), {}


def _kinder_gator(options: argparse.Namespace) -> tuple[Measures, Words]:
    source = read_source(options.data / "kinder_gator")
    watched = _filmed(source.meta, source.clips(), options)
    asked = [clip for clip in watched if AKIMBO in clip.right_words]
    return _asked_and_others(watched, asked, (AKIMBO, HIPS_BACK))


def _utd_mhad(options: argparse.Namespace) -> tuple[Measures, Words]:
    imported = UtdMhad().read(options.data / "utd_mhad.npz")
    clips = (Clip(one.id, one.subject, one.joints, None, one.fps, _row(one)) for one in imported.clips)
    watched = _filmed(imported.meta, clips, options)
    asked = [clip for clip in watched if clip.row["label"] == ARM_CROSS]
    return _asked_and_others(watched, asked, (FOLDED, ARMS))


def _row(clip: Clip) -> dict[str, str]:
    """A line of `clips.csv` as the other sets have it."""
    return {
        "id": clip.id,
        "subject": clip.subject,
        "label": clip.label or "",
        "location": "",
        "mg_accept": "",
    }


def _filmed(meta: DatasetMeta, clips: Iterator[Clip], options: argparse.Namespace) -> list[Watched]:
    """Kinect's clips as one camera sees them, transcribed."""
    film = partial(_film, layout=meta.layout, neck=options.neck)
    flat = meta.model_copy(update={"layout": LAYOUT, "dims": 2, "units": "pixels"})
    watched: list[Watched] = watch(flat, map(film, clips), options.checkpoint)
    return watched


def _film(clip: Clip, layout: Layout, neck: str) -> Clip:
    return Clip(clip.id, clip.subject, projected(clip.joints, layout, neck), None, clip.fps, clip.more)


def _asked_and_others(
    watched: list[Watched], asked: list[Watched], named: tuple[str, str]
) -> tuple[Measures, Words]:
    """Each person was asked three or four times: nobody is left out for having few clips."""
    word, group = named
    others = [clip for clip in watched if clip not in asked]
    measures = {
        f"{word}, named": over_people(asked, says(word), fewest=1),
        f"{word}, named or {group}": over_people(asked, says(word, group), fewest=1),
        "others, any gesture": over_people(others, any_gesture),
        "others, any word": over_people(others, any_word),
    }
    for label in dict.fromkeys(clip.row["label"] for clip in others):
        doing = [clip for clip in others if clip.row["label"] == label]
        measures[f"others, {label}, any gesture"] = pooled(doing, any_gesture)
    return measures, {f"{word}, said": wrong_words(asked), "others": wrong_words(others)}


SETS: dict[str, Callable[[argparse.Namespace], tuple[Measures, Words]]] = {
    "people_dev": _people_dev,
    "people_open": _people_open,
    "intel_asl": _intel_asl,
    "kinder_gator": _kinder_gator,
    "utd_mhad": _utd_mhad,
}
FILMED = ("kinder_gator", "utd_mhad")
"""Sets from Kinect, seen through one camera."""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", help="folder with the sets of people")
    parser.add_argument("--checkpoint", type=Path, help="default: the one that ships")
    parser.add_argument("--only", type=lambda text: text.split(","), help=f"some of {','.join(SETS)}")
    parser.add_argument("--json", type=Path, help="write all numbers to this file")
    parser.add_argument("--table", type=Path, nargs="+", help="files of --json, one column each")
    parser.add_argument("--pictures", type=Path, help="only draw clips beside previews, into this folder")
    parser.add_argument(
        "--neck",
        choices=get_args(Neck),
        default=NECK,
        help="what stands for the neck in Kinect's skeletons",
    )
    options = parser.parse_args()
    unknown = [name for name in options.only or () if name not in SETS]
    if unknown:
        parser.error(f"--only: '{unknown[0]}' is not one of {', '.join(SETS)}")
    if options.data is None and not options.table:
        parser.error("give the folder with the sets of people, or --table")
    return options


if __name__ == "__main__":
    sys.exit(main())
