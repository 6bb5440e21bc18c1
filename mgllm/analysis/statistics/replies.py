"""What a reader must know about the replies of a run: who answered, hidden reasoning, cut
replies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mgllm.analysis.statistics.runs import FIRST_RULES, NTH_RUN, RunRecords, last_by_key
from mgllm.records import Record, RunManifest

APART = 1.1
"""From this ratio of mean reasoning tokens on, the note gives them by arm: our choice."""
WITHOUT: Mapping[str, str] = {
    "temperature": "answers were drawn at the server's own temperature",
    "seed": "the server used no seed, so the same questions may get other answers",
    "logprobs": "no probabilities could be read",
}
"""What follows if a parameter was left out."""
_VERSION = re.compile(r"[-@:](?:20\d\d-?[01]\d-?[0-3]\d|[01]\d[0-3]\d|00\d|latest)$")
"""What a name may end with and still be the same model: a date (2026-08-01, 20260801, 0613), 001,
latest."""


def served_models(records: Iterable[Record]) -> dict[str, int]:
    """Records by the model that the server names, the most frequent first."""
    counts = Counter(record.served_model for record in last_by_key(records) if record.served_model)
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def other_model(manifest: RunManifest, served: str | None) -> str | None:
    """The model that the server names, if it is not the one that was asked."""
    asked = manifest.model.partition(NTH_RUN)[0].partition("/")[2]
    return None if served is None or same_model(asked, served) else served


def about_replies(run: RunRecords) -> Iterable[str]:
    """A line for each fact about a run's replies that its numbers do not show."""
    manifest, records = run.manifest, last_by_key(run.records)
    asked = [r for r in records if r.outcome != "failed" and r.shared_with is None]
    lines = [
        *_older_rules(manifest, records),
        *_hidden_reasoning(asked, [arm for scenario in manifest.scenarios for arm in scenario.arms]),
        *_served(manifest, served_models(records)),
        *_parameters(manifest),
        *_cut(manifest, asked),
        *_estimated(asked),
    ]
    return [f"{manifest.model}: {line}" for line in lines]


def same_model(asked: str, served: str) -> bool:
    """Whether a server's name of its model is the one asked for, apart from dates and folders.

    >>> same_model("gpt-6", "gpt-6-2026-08-01"), same_model("gpt-6", "gpt-6-mini")
    (True, False)
    """
    names = [_VERSION.sub("", name.lower().removeprefix("models/")) for name in (asked, served)]
    if "/" in names[0].strip("/") and "/" in names[1].strip("/"):
        return names[0] == names[1]
    return names[0].rpartition("/")[2] == names[1].rpartition("/")[2]


def _older_rules(manifest: RunManifest, records: Sequence[Record]) -> Iterable[str]:
    count = sum(record.censored and record.censored_reason is None for record in records)
    if manifest.answer_rules == FIRST_RULES and count:
        yield (
            "scored by older rules, which may have read probabilities where the model did not answer: those "
            f"of {count} answers count as missing. `mgllm score RUN` reads the stored replies again"
        )


def _hidden_reasoning(records: Sequence[Record], arms: Sequence[str]) -> Iterable[str]:
    """If "direct" was not direct: how often, and how many hidden reasoning tokens, by arm if arms
    differ."""
    direct = [record for record in records if record.reasoning == "direct"]
    thought = [record.reasoning_tokens for record in direct if record.reasoning_tokens]
    if not thought:
        return
    by_arm = {
        arm: [record.reasoning_tokens or 0 for record in direct if record.arm == arm]
        for arm in dict.fromkeys(arms)
    }
    means = [sum(found) / len(found) for found in by_arm.values() if found]
    differs = len(means) > 1 and max(means) > APART * min(means)
    each = "; ".join(f"{arm}: {_spent(found)}" for arm, found in by_arm.items() if found)
    yield (
        f"“direct” was not direct: {len(thought)} of {len(direct)} replies used hidden reasoning tokens "
        f"(mean {sum(thought) / len(thought):,.0f}) in spite of --reasoning direct"
        f"{f'; {each}' if differs else ''}"
    )


def _spent(tokens: Sequence[int]) -> str:
    thought = [count for count in tokens if count]
    mean = f", mean {sum(thought) / len(thought):,.0f}" if thought else ""
    return f"{len(thought)} of {len(tokens)}{mean}"


def _served(manifest: RunManifest, found: Mapping[str, int]) -> Iterable[str]:
    counts = found or manifest.served_models
    if len(counts) < 2 and not any(other_model(manifest, name) for name in counts):
        return
    what = (
        "the model that answers changed during the run"
        if len(counts) > 1
        else "the model that answered is not the one asked for"
    )
    first, *rest = counts.items()
    names = [f"{first[0]} ({first[1]:,} records)", *(f"{name} ({count:,})" for name, count in rest)]
    yield f"{what}: answered by {', '.join(names)}"


def _parameters(manifest: RunManifest) -> Iterable[str]:
    dropped = manifest.dropped_parameters
    if dropped:
        follows = [WITHOUT[name] for name in dropped if name in WITHOUT]
        so = f": {'; '.join(follows)}" if follows else ""
        yield f"the server does not accept {', '.join(dropped)}, which was left out{so}"
    sent = manifest.sent.get("temperature", manifest.temperature)
    if "temperature" not in dropped and sent != manifest.temperature:
        yield f"temperature {sent} was sent, not {manifest.temperature:g}"


def _cut(manifest: RunManifest, records: Sequence[Record]) -> Iterable[str]:
    count = sum(record.finish_reason == "length" for record in records)
    if count:
        yield (
            f"{count} of {len(records)} replies were cut off at --max-tokens {manifest.max_tokens}; raise "
            "it, or ask for less reasoning"
        )


def _estimated(records: Sequence[Record]) -> Iterable[str]:
    count = sum(record.usage is not None and record.usage.estimated for record in records)
    if count:
        yield (
            f"the server gave no token counts for {count} of {len(records)} replies: they are estimated "
            "from the words, and so are costs and budgets"
        )
