"""Markdown tables of results: one checkpoint with intervals, or several side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import fmean

from people_counts import BOOTSTRAPPED, FEWEST, Measure, Result  # type: ignore[import-not-found]

NOTE = (
    f"%, mean over people [95 % interval over people]; people with fewer than {FEWEST} clips of a kind are "
    f"left out of its mean. BCa: bootstrap over people; t: Student's, with fewer than {BOOTSTRAPPED} people; "
    "equal: all people have the same share; mean: one person. Pooled: all clips of all people together."
)
DETAILS = "others, "
"""Rows of single actions begin so: printed in a line of their own, the loudest first."""
LOUDEST = 8


def tables(result: Result) -> str:
    """All tables of a result."""
    lines = [f"Checkpoint `{result.checkpoint}`, weights {result.sha256[:12]}.", "", NOTE, ""]
    lines += ["| measured | % | interval | people | clips | pooled, % |", "|---|---|---|---|---|---|"]
    lines += [_row(name, one) for name, one in result.measures.items() if not _is_detail(name)]
    lines += _loudest(result)
    for name, counts in result.words.items():
        lines += ["", f"Said most, {name} (clips): {_counted(counts)}."]
    lines += [
        "",
        "Seconds: " + ", ".join(f"{name} {value:.0f}" for name, value in result.seconds.items()) + ".",
    ]
    return "\n".join(lines)


def beside(results: Mapping[str, Result]) -> str:
    """One column for each result; mean and range over them."""
    names = list(dict.fromkeys(name for result in results.values() for name in result.measures))
    lines = [
        f"| measured | {' | '.join(results)} | mean [range] |",
        f"|---|{'---|' * len(results)}---|",
    ]
    for name in names:
        if _is_detail(name):
            continue
        found = [result.measures.get(name) for result in results.values()]
        cells = ["" if one is None else f"{_percent(one.value)}{_interval(one)}" for one in found]
        values = [one.value for one in found if one is not None]
        over = f"{_percent(fmean(values))} [{_percent(min(values))}, {_percent(max(values))}]"
        lines.append(f"| {name} | {' | '.join(cells)} | {over} |")
    return "\n".join(lines)


def _is_detail(name: str) -> bool:
    _, _, what = name.partition(": ")
    return what.startswith(DETAILS) and what.count(",") > 1


def _row(name: str, one: Measure) -> str:
    together = "" if one.together is None else _percent(one.together)
    interval = f"{_interval(one)} {one.how}".strip()
    return f"| {name} | {_percent(one.value)} | {interval} | {one.people} | {one.clips} | {together} |"


def _loudest(result: Result) -> Iterator[str]:
    """Of each set the actions in which most clips get a gesture."""
    found: dict[str, list[tuple[float, str]]] = {}
    for name, one in result.measures.items():
        if _is_detail(name):
            where, _, what = name.partition(": ")
            action = what.removeprefix(DETAILS).removesuffix(", any gesture")
            found.setdefault(where, []).append((one.value, action))
    for where, actions in found.items():
        loud = sorted(actions, key=lambda pair: -pair[0])[:LOUDEST]
        shown = "; ".join(f"{action} {_percent(value)}" for value, action in loud)
        yield f"\nOther actions of {where} that get a gesture most often, % of clips: {shown}."


def _counted(counts: Mapping[str, int]) -> str:
    return "; ".join(f"{label} {number}" for label, number in counts.items()) or "nothing"


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _interval(one: Measure) -> str:
    if one.low is None or one.high is None:
        return ""
    return f" [{_percent(one.low)}, {_percent(one.high)}]"
