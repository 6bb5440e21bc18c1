"""Quick checks of a run, for commands that read it: a warning, if something is wrong.

All replies and prompts of a small run are checked; of a large run, a part from its beginning to its
end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from mgllm.errors import InputError, one_line
from mgllm.experiment.verifying.evidence import HashAlone, read_value
from mgllm.experiment.verifying.kept_prompts import MISSING, is_whole
from mgllm.experiment.verifying.replies import Reader, why_unread
from mgllm.progress import warn
from mgllm.records import Prompt
from mgllm.store import PROMPTS, StoredRun

ALL_OF, SOME = 2000, 200
"""All are checked up to the first number, which takes a fifth of a second at most; of more, as many
as the second number, which takes less than a tenth of the time of reading."""
_HASH = slice(-66, -2)
"""Place of the prompt's hash in a line written by mgllm: at the end, before a quote and a brace."""
_NAMED = re.compile(rb'"sha256":\s*"([0-9a-f]{64})"')
T = TypeVar("T")


def warn_of(runs: Iterable[StoredRun]) -> None:
    """A line on stderr for each run that is not as `mgllm run` writes it."""
    warn(line for run in runs if (line := doubts(run)) is not None)


def doubts(run: StoredRun) -> str | None:
    """What is wrong with a run, in one line; None if nothing is."""
    found = [*_lines(run), *_items(run), *_replies(run), *_prompts(run)]
    if not found:
        return None
    problems = "; ".join(found).replace(f"{run.path}/", "")
    return one_line(f"{run.path}: {problems}; see `mgllm verify {run.path}`")


def _lines(run: StoredRun) -> Iterator[str]:
    if run.foreign:
        yield f"{_count(run.foreign, 'record')} of another run and left out ({run.foreign[0]})"
    if run.doubtful:
        yield f"{_count(run.doubtful, 'record')} not as planned or inconsistent ({run.doubtful[0]})"


def _items(run: StoredRun) -> Iterator[str]:
    for scenario in run.manifest.scenarios:
        found = {record.item for record in run.records if record.scenario == scenario.name}
        if len(found) > scenario.items_asked:
            yield f"scenario {scenario.name} has {len(found)} items, but {scenario.items_asked} were asked"


def _replies(run: StoredRun) -> Iterator[str]:
    if why_unread(run.manifest) is not None:
        return
    reader = Reader(run.manifest)
    readable = (record for record in _some(run.records) if reader.can_read(record))
    wrong = [(record, why) for record in readable if (why := reader.contradiction(record)) is not None]
    if wrong:
        record, why = wrong[0]
        where = f"item {record.item}, arm {record.arm}"
        yield f"{_count(wrong, 'answer')} not what the reply says ({where}: {why})"


def _prompts(run: StoredRun) -> Iterator[str]:
    """Raises InputError if a line is not a prompt: commands that need the prompts would fail
    too."""
    file = run.path / PROMPTS
    try:
        *lines, torn = file.read_bytes().split(b"\n")  # after the last line end: nothing, or half a line
    except FileNotFoundError:
        yield MISSING
        return
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}") from None
    asked = {record.prompt_sha256 for record in run.records}
    lost = asked - {line[_HASH].decode("ascii", "replace") for line in lines}
    if lost:  # only hashes are kept, or a line was written by hand
        lost -= {found.decode() for line in (*lines, torn) for found in _NAMED.findall(line)}
    if lost:
        yield f"{_count(sorted(lost), 'prompt')} of records not in {PROMPTS} (sha256 {min(lost)[:12]})"
    changed = [n for n in _some(range(len(lines))) if not _is_as_hashed(f"{file}:{n + 1}", lines[n])]
    if changed:
        yield f"{_count(changed, 'prompt')} changed: the sha256 is wrong ({PROMPTS}:{changed[0] + 1})"


def _is_as_hashed(where: str, line: bytes) -> bool:
    if not line.strip():
        return True
    prompt = read_value(Prompt, line)
    if not isinstance(prompt, str):
        return is_whole(prompt)
    if isinstance(read_value(HashAlone, line), str):
        raise InputError(f"{where} is damaged: {prompt}; restore it or leave the run out")
    return True


def _some(values: Sequence[T]) -> Iterable[T]:
    """All values if they are few, else some of them, evenly spread from the first to the last."""
    if len(values) <= ALL_OF:
        return values
    return (values[nth * (len(values) - 1) // (SOME - 1)] for nth in range(SOME))


def _count(found: Sequence[object], noun: str) -> str:
    return f"{len(found)} {noun} is" if len(found) == 1 else f"{len(found)} {noun}s are"
