"""`mgllm synth CORPUS`: a made-up corpus in the exact layout of a licensed one, with its truth."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mgllm.errors import InputError, unknown
from mgllm.experiment.versions import __version__
from mgllm.files.writing import refuse_existing, write_folder
from mgllm.records import Frozen
from mgllm.synthetic.corpora import CORPORA, CorpusOptions, Planted, Truth, corpus_files, write_corpus
from mgllm.synthetic.corpora.writing import CAUTION

UNUSED = {"ma52": ("effect", "leak", "sex_shortcut"), "smg": ("leak", "sex_shortcut")}
"""Options that a corpus has no place for: clips of ma52 have no outcome, smg has no speech."""


class CorpusReport(Frozen):
    """What was written."""

    corpus: str
    """imigue, smg or ma52."""
    written: tuple[str, ...]
    """Files and folders."""
    counts: dict[str, int]
    """Recordings, people, frames, clips and what an importer must cut or leave out."""
    traps: dict[str, tuple[str, ...]]
    """Recordings that are hard to read, by what is hard."""
    effect: Planted | None
    """The planted effect, for a reader of known weights."""
    caution: str = CAUTION
    """What everyone who reads the numbers must know."""


def synthesize_corpus(
    corpus: str, out: Path, options: CorpusOptions, said: Iterable[str] = ()
) -> CorpusReport:
    """Write a corpus, completely or not at all.

    Args:
        corpus: imigue, smg or ma52.
        out: the folder.
        options: how large it is and what is planted.
        said: names of the options that the user gave.

    Raises:
        InputError: there is no such corpus, it has no place for an option, or a file is there
            already or cannot be written.
    """
    if corpus not in CORPORA:
        raise InputError(unknown("corpus", corpus, CORPORA))
    if unused := [name for name in said if name in UNUSED.get(corpus, ())]:
        flag = f"--{unused[0].replace('_', '-')}"
        raise InputError(f"{flag}: {corpus} has nothing that it could change; leave it out")
    names = corpus_files(corpus)
    refuse_existing(out, names)
    with write_folder(out, names) as drafts:
        truth = write_corpus(corpus, drafts, options, f"mgllm {__version__}")
    return _report(out, names, truth)


def _report(out: Path, names: Iterable[str], truth: Truth) -> CorpusReport:
    return CorpusReport(
        corpus=truth.corpus,
        written=tuple(str(out / name) for name in names),
        counts=dict(truth.counts),
        traps={name: some for name, some in truth.traps.items() if some},
        effect=truth.effect,
    )
