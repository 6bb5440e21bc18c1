"""PYSKL pickles (Duan et al., ACM MM 2022): the usual exchange format of skeleton action
recognition.

`{'split': {name: [ids]}, 'annotations': [{frame_dir, label, total_frames, keypoint [M, T, V, C],
keypoint_score [M, T, V]}]}`, M people. The reader of the pickle runs no code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

from mgllm.datasets.base import ChoosingImporter, ImportedSkeletons, dataset
from mgllm.datasets.skeletons._joining import Kept, kept_notes
from mgllm.datasets.skeletons._pickled import Third, check_annotations, kept_body, keypoints, third_channel
from mgllm.datasets.skeletons._restricted_pickle import load_plain_pickle
from mgllm.errors import InputError, some
from mgllm.skeleton import Clip, DatasetMeta, SplitRule
from mgllm.skeleton.layouts import load_layout

LAYOUTS = {
    (17, 2): ("coco17",),
    (20, 3): ("kinect20",),
    (22, 2): ("imigue22",),
    (25, 2): ("body25", "ntu25"),
    (25, 3): ("ntu25", "body25"),
    (44, 2): ("ma52-44",),
}
"""Layouts by number of joints and coordinates: the format does not name it, and 25 joints are
those of OpenPose or of Kinect."""
_THIRD = {"score": "is in 0 to 1: it is taken as a score", "nothing": "is all 0: it is left out"}
_NTU = re.compile(r"S\d{3}C\d{3}P(\d{3})R\d{3}A\d{3}")
_SIDE = re.compile(r"(?:(.+)_)?(train|val|test)")


@dataset("pyskl")
class Pyskl(ChoosingImporter):
    """Importer of PYSKL pickles."""

    title = "A PYSKL pickle"
    terms = "The terms of the data set that it was made from."
    citation = "Duan, H., Wang, J., Chen, K., & Lin, D. (2022). PYSKL: Towards good practices for skeleton action recognition. ACM MM 2022."  # noqa: E501  # one paper, one line
    caution = (
        "The pickle does not name classes, and it names people only if its ids are NTU's: numbers and"
        " clips take their place. Of several bodies the surest, and of equally sure ones the most moving, is"
        " kept."
    )
    heeds: ClassVar[frozenset[str]] = frozenset({"layout"})

    def read(self, source: Path) -> ImportedSkeletons:
        """Read one `.pkl` file, or the only one of a folder.

        Raises:
            InputError: it is not such a pickle, it names code, or its joints fit no known layout.
        """
        path = _only_pickle(source)
        annotations, splits = read_pyskl(path)
        third = third_channel(_placed(path, annotations))
        first = keypoints(annotations[0], f"{path} annotations[0]")
        key = (first.shape[2], 3 if first.shape[3] == 3 and third == "coordinate" else 2)
        people = {str(one["frame_dir"]): _NTU.fullmatch(str(one["frame_dir"])) for one in annotations}
        layout = self._layout(path, key, kinect=all(people.values()) and key == (25, 3))
        numbers = [one["label"] for one in annotations if "label" in one]
        columns, rules = split_columns(splits, path)
        meta = DatasetMeta(
            name=path.stem,
            layout=load_layout(layout),
            dims=3 if key[1] == 3 else 2,
            units="metres" if key[1] == 3 else "pixels",
            classes=tuple(str(n) for n in range(max(numbers, default=-1) + 1)),
            splits=rules,
            source=f"{path.name}; {self.citation}",
            licence=self.terms,
        )
        warnings = [f"{key[0]} joints of {key[1]} coordinates are taken as the layout {layout}"]
        if first.shape[3] == 3 and third != "coordinate":
            warnings.append(f"the third channel, beside pixels, {_THIRD[third]}")
        if absent := [id for id in dict.fromkeys(chain(*splits.values())) if id not in people]:
            warnings.append(f"{len(absent)} ids of the splits have no clip and are left out: {some(absent)}")
        subject_known = all(people.values())
        if not subject_known:
            warnings.append("the ids name no people: each clip counts as another person")
        known = {id: m[1] for id, m in people.items() if m and subject_known}
        kept: list[tuple[str, Kept]] = []
        clips = _clips(_placed(path, annotations), third, columns, known, kept)
        return ImportedSkeletons(meta, clips, tuple(warnings), subject_known, lambda: kept_notes(kept))

    def _layout(self, path: Path, key: tuple[int, int], *, kinect: bool) -> str:
        """The layout of so many joints and coordinates.

        Args:
            path: the pickle.
            key: joints and coordinates.
            kinect: whether the ids say that the joints are Kinect's.

        Raises:
            InputError: there is none, or there are several and `--layout` names none of them.
        """
        if key not in LAYOUTS:
            known = ", ".join(f"{v}×{c}: {' or '.join(names)}" for (v, c), names in LAYOUTS.items())
            raise InputError(f"{path} has {key[0]} joints of {key[1]} coordinates; known layouts are {known}")
        names = LAYOUTS[key]
        chosen = self.choices.layout
        if chosen is not None and chosen not in names:
            raise InputError(
                f"--layout {chosen}: {path} has {key[0]} joints of {key[1]} coordinates, which may be "
                f"{' or '.join(names)}"
            )
        if chosen is None and len(names) > 1 and not kinect:
            asked = " or ".join(f"--layout {name}" for name in names)
            raise InputError(
                f"{path} has {key[0]} joints of {key[1]} coordinates, and does not say whether they are "
                f"those of Kinect or of OpenPose; give {asked}"
            )
        return chosen or names[0]


def _placed(path: Path, annotations: Sequence[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Each annotation with its place, for errors."""
    return [(f"{path} annotations[{place}]", one) for place, one in enumerate(annotations)]


def read_pyskl(path: Path) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """Annotations, at least one, and the ids by split.

    Raises:
        InputError: the pickle is not of this form.
    """
    content = load_plain_pickle(path)
    annotations = check_annotations(path, content)
    splits = content.get("split", {})
    if not isinstance(splits, dict) or not all(isinstance(ids, list | tuple) for ids in splits.values()):
        raise InputError(f"{path} split: must be a dict of lists of ids")
    return annotations, {str(name): [str(one) for one in ids] for name, ids in splits.items()}


def split_columns(
    splits: Mapping[str, Sequence[str]], path: Path
) -> tuple[dict[str, dict[str, str]], dict[str, SplitRule]]:
    """A column for each split with each clip's part, and the rules.

    The lists `xsub_train` and `xsub_val` make the split `xsub`.
    """
    columns: dict[str, dict[str, str]] = {}
    for name, ids in splits.items():
        found = _SIDE.fullmatch(name)
        base, part = (found[1] or "official", found[2]) if found else (name, "in")
        column = columns.setdefault(f"split_{base}", {})
        for one in ids:
            if column.setdefault(one, part) != part:
                raise InputError(f"{path} split: '{one:.60}' is in '{part}' and '{column[one]}' of '{base}'")
    rules = {}
    for name, parts in columns.items():
        tests = [part for part in ("test", "val") if part in parts.values()]
        if "train" in parts.values() and tests:
            rule = SplitRule(train={name: ("train",)}, test={name: (tests[0],)})
            rules[name.removeprefix("split_")] = rule
    return columns, rules


def _clips(
    annotations: Sequence[tuple[str, Mapping[str, Any]]],
    third: Third,
    columns: Mapping[str, Mapping[str, str]],
    people: Mapping[str, str],
    kept: list[tuple[str, Kept]],
) -> Iterator[Clip]:
    """The clips; what is kept of several bodies is appended to `kept`."""
    for where, one in annotations:
        name = one["frame_dir"]
        joints, body = kept_body(one, where, third)
        kept += [(name, body)] if body else []
        yield Clip(
            id=name,
            subject=str(int(people[name])) if name in people else name,
            joints=joints,
            label=str(one["label"]) if "label" in one else None,
            more={column: parts.get(name, "") for column, parts in columns.items()},
        )


def _only_pickle(source: Path) -> Path:
    if not source.is_dir():
        return source
    found = sorted(source.glob("*.pkl"))
    if len(found) != 1:
        raise InputError(
            f"{source} must contain one .pkl file, but contains {len(found)}; give the file itself"
        )
    return found[0]
