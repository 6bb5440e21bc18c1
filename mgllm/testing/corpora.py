"""Whether an import of a made-up corpus is right, and the reader whose effect was planted.

python -m mgllm.testing.corpora ROOT OUT
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from mgllm.errors import MgllmError
from mgllm.items.gesture_files import SUFFIX
from mgllm.records import LabelScores, Question, Reply
from mgllm.synthetic.corpora import Truth, Weights, read_truth
from mgllm.testing.corpus_data import check_dataset_of
from mgllm.testing.corpus_files import check_folds, check_items, check_transcripts

SHOWN = 20
"""Lines of an error."""
KINDS: dict[str, Callable[[Path, Truth], Iterator[str]]] = {
    "dataset.json": lambda path, truth: check_dataset_of(path.parent, truth),
    "items.jsonl": check_items,
    "folds.json": check_folds,
}
"""What is checked, by the name of its file; transcripts are checked folder by folder."""


def check_import(root: Path, out: Path) -> tuple[str, ...]:
    """Compare everything that was imported from a made-up corpus with the corpus's `truth.json`.

    Below `out` it finds skeleton data sets (clips, or complete recordings), transcripts
    `*.mg.json`, `items.jsonl` and `folds.json`, and checks what is there: counts, joints, people,
    frames a second, frames, labels, sides and folds.

    Args:
        root: the folder that `mgllm synth CORPUS -o ROOT` wrote.
        out: the folder that commands wrote into.

    Returns:
        What was checked: the path of each file or folder.

    Raises:
        AssertionError: something is not as it must be, a line each; or there is nothing to check.
        InputError: `root` has no truth, or a file below `out` cannot be read.
    """
    truth = read_truth(root)
    found = {path: check for name, check in KINDS.items() for path in sorted(out.rglob(name))}
    found |= dict.fromkeys(sorted({path.parent for path in out.rglob(f"*{SUFFIX}")}), check_transcripts)
    assert found, f"{out} has no skeleton data set, transcript, items.jsonl or folds.json"
    wrong = Counter(f"{path}: {line}" for path, check in found.items() for line in check(path, truth))
    more = f"\n… and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
    assert not wrong, "\n".join(list(wrong)[:SHOWN]) + more
    return tuple(map(str, found))


def answer_as_reader(weights: Weights, question: Question) -> Reply:
    """What the reader of known weights replies; with `functools.partial` it is a script for
    `ScriptedBackend`."""
    scores = weights.log_probabilities("\n".join(one.content for one in question.prompt.messages))
    best = max(scores, key=lambda label: scores[label])
    said = next(choice.text for choice in question.choices if choice.label == best)
    return Reply(text=said, scores=LabelScores(total=scores, mean=scores), finish_reason="stop")


def _main(words: list[str]) -> int:
    if len(words) != 2:
        sys.stderr.write("python -m mgllm.testing.corpora ROOT OUT\n")
        return 2
    try:
        checked = check_import(Path(words[0]), Path(words[1]))
    except MgllmError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except AssertionError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("".join(f"right: {line}\n" for line in checked))
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
