"""MA-52 (Guo et al., TCSVT 2024): 52 micro-actions of the whole body, 205 people.

Lists `*.txt` with lines `PPPP_VV_NNNN.mp4 label` give people and labels; clips of the test list are
called `testNNNN.mp4`, so that nobody says who is in them. Skeletons are pickles in
the form of PYSKL whose `frame_dir` is the clip's name. They have Halpe's 136 key points (as
published with Gu et al., ACM MM 2025) or the 44 of them that this work uses. Labels of the test
list are placeholders and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mgllm.cues.vocabularies import load_vocabulary
from mgllm.datasets.base import ImportedSkeletons, dataset
from mgllm.datasets.skeletons._joining import Kept, kept_notes
from mgllm.datasets.skeletons._pickled import Third, check_annotations, kept_body, third_channel
from mgllm.datasets.skeletons._restricted_pickle import load_plain_pickle
from mgllm.errors import InputError, one_line, some
from mgllm.records import Frozen
from mgllm.skeleton import Clip, DatasetMeta, SplitRule
from mgllm.skeleton.layouts import MA52_OF_HALPE136, load_layout

_LINE = re.compile(r"((\d+)_\d+_\d+|test\d+)\.mp4\s+(-?\d+)")
_PART = re.compile(r"train|val|test")


class ListedClip(Frozen):
    """A line of a list."""

    part: str
    """train, val or test."""
    subject: str
    """Number of the person; the clip's name where nobody says it."""
    label: int | None
    """The class, 0..51; None in the test list."""


@dataset("ma52")
class Ma52:
    """Importer of MA-52's lists and skeleton pickles."""

    title = "MA-52, micro-actions"
    terms = "Academic research on application to the authors; cite the paper; do not redistribute."
    citation = (
        "Guo, D., Li, K., Hu, B., Zhang, Y., & Wang, M. (2024). Benchmarking micro-action "
        "recognition: Dataset, methods, and applications. IEEE TCSVT 34(7).\n"
        "Skeletons: Gu, J., Li, K., Wang, F., et al. (2025). Motion matters: Motion-guided "
        "modulation network for skeleton-based micro-action recognition. ACM MM 2025."
    )
    caution = (
        "Labels of the test list are placeholders: those clips have no label here, and the split "
        "tests on the validation list. Which of 136 key points the 44 are is read from published "
        "code."
    )

    def read(self, source: Path) -> ImportedSkeletons:
        """Read the lists and pickles of a folder.

        Raises:
            InputError: it has no lists or no pickles, or they are not of the documented form.
        """
        names = [c.label for c in load_vocabulary("ma52").classes]
        listed = _read_lists(source, len(names))
        pickles = sorted(source.rglob("*.pkl"))
        found, skipped = _annotations(pickles)
        if not found:
            raise InputError(f"{source} has no pickle with 'annotations': the skeletons are missing")
        known = {name: one for name, one in found.items() if name in listed}
        if not known:
            raise InputError(f"{source}: none of {len(found)} skeletons is in a list")
        nobody = [name for name in known if listed[name].subject == name]
        unlisted, missing = [n for n in found if n not in known], [n for n in listed if n not in known]
        warnings = [
            (skipped, f"{len(skipped)} pickles have no annotations and are left out: {some(skipped)}"),
            (unlisted, f"{len(unlisted)} skeletons are in no list and are left out: {some(unlisted)}"),
            (missing, f"{len(missing)} listed clips have no skeleton: {some(missing)}"),
            (nobody, f"{len(nobody)} test clips name no person; each counts as one: {some(nobody)}"),
        ]
        side = [{"part": ("train",)}, {"part": ("val",)}]
        meta = DatasetMeta(
            name="MA-52",
            layout=load_layout("ma52-44"),
            dims=2,
            units="pixels",
            classes=tuple(names),
            splits={"official": SplitRule(train=side[0], test=side[1])},
            source=self.citation.replace("\n", " "),
            licence=self.terms,
        )
        lines = tuple(one_line(line) for there, line in warnings if there)
        kept: list[tuple[str, Kept]] = []
        clips = _clips(known, listed, names, kept)
        return ImportedSkeletons(meta, clips, lines, later=lambda: kept_notes(kept))


def _read_lists(source: Path, classes: int) -> dict[str, ListedClip]:
    """All listed clips by name."""
    files = {path: _PART.search(path.stem) for path in sorted(source.rglob("*.txt"))}
    listed: dict[str, ListedClip] = {}
    for path, part in files.items():
        for line, text in enumerate(_lines(path) if part else [], 1):
            found = _LINE.fullmatch(text.strip())
            if not found or part is None or (found[2] is None and part[0] != "test"):
                raise InputError(
                    f"{path}:{line} must be 'PPPP_VV_NNNN.mp4 label', in a test list also 'testNNNN.mp4 label' (given '{text:.60}')"
                )
            number = int(found[3]) if part[0] != "test" else None
            if number is not None and not 0 <= number < classes:
                raise InputError(f"{path}:{line} label must be 0 to {classes - 1} (given {number})")
            if found[1] in listed:
                raise InputError(f"{path}:{line} '{found[1]}' is in a list already")
            listed[found[1]] = ListedClip(part=part[0], subject=_person(found), label=number)
    if not listed:
        raise InputError(f"{source} has no list: a .txt whose name contains train, val or test")
    return listed


def _person(line: re.Match[str]) -> str:
    return str(int(line[2])) if line[2] else line[1]


def _lines(path: Path) -> list[str]:
    try:
        return [line for line in path.read_text(encoding="utf-8-sig").split("\n") if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}") from None


def _annotations(pickles: Sequence[Path]) -> tuple[dict[str, tuple[str, dict[str, Any]]], list[str]]:
    """Place and annotation by clip, and the names of pickles that have no annotations."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    skipped = []
    for path in pickles:
        content = load_plain_pickle(path)
        if not (isinstance(content, dict) and "annotations" in content):
            skipped.append(path.name)
            continue
        for place, one in enumerate(check_annotations(path, content)):
            name = Path(one["frame_dir"]).name.removesuffix(".mp4")
            if name in found:
                raise InputError(f"{path} annotations[{place}]: '{name}' is in {found[name][0]} already")
            found[name] = (f"{path} annotations[{place}]", one)
    return found, skipped


def _clips(
    found: Mapping[str, tuple[str, dict[str, Any]]],
    listed: Mapping[str, ListedClip],
    names: Sequence[str],
    kept: list[tuple[str, Kept]],
) -> Iterator[Clip]:
    """The clips; what is kept of several bodies is appended to `kept`."""
    third = third_channel(found.values())
    for name, (where, annotation) in found.items():
        row = listed[name]
        joints, body = _joints(annotation, where, third)
        kept += [(name, body)] if body else []
        yield Clip(
            id=name,
            subject=row.subject,
            joints=joints,
            label=None if row.label is None else names[row.label],
            more={"part": row.part},
        )


def _joints(
    annotation: Mapping[str, Any], where: str, third: Third
) -> tuple[NDArray[np.float32], Kept | None]:
    """[T, 44, 3]: x, y, confidence."""
    joints, kept = kept_body(annotation, where, third)
    scored = "keypoint_score" in annotation or third == "score"
    if joints.shape[1:] == (136, 3) and scored:
        return joints[:, list(MA52_OF_HALPE136)], kept
    if joints.shape[1:] != (44, 3) or not scored:
        wanted = "136 or 44 joints of x, y with a keypoint_score"
        raise InputError(f"{where} has {list(joints.shape[1:])} values in a frame; it must have {wanted}")
    return joints, kept
