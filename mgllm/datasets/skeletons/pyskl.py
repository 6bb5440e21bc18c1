"""PYSKL pickles (Duan et al., ACM MM 2022): the usual exchange format of skeleton action
recognition.

`{'split': {name: [ids]}, 'annotations': [{frame_dir, label, total_frames, keypoint [M, T, V, C],
keypoint_score [M, T, V]}]}`, M people. The reader of the pickle runs no code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mgllm.datasets.base import ImportedSkeletons, dataset
from mgllm.datasets.skeletons._bodies import check_annotations, keypoints, main_body
from mgllm.datasets.skeletons._restricted_pickle import load_plain_pickle
from mgllm.errors import InputError
from mgllm.skeleton import Clip, DatasetMeta, SplitRule
from mgllm.skeleton.layouts import load_layout

LAYOUTS = {(17, 2): "coco17", (20, 3): "kinect20", (22, 2): "imigue22", (25, 2): "body25", (25, 3): "ntu25"}
"""Layout by number of joints and coordinates: the format does not name it."""
_NTU = re.compile(r"S\d{3}C\d{3}P(\d{3})R\d{3}A\d{3}")
_SIDE = re.compile(r"(?:(.+)_)?(train|val|test)")


@dataset("pyskl")
class Pyskl:
    """Importer of PYSKL pickles."""

    title = "A PYSKL pickle"
    terms = "The terms of the data set that it was made from."
    citation = "Duan, H., Wang, J., Chen, K., & Lin, D. (2022). PYSKL: Towards good practices for skeleton action recognition. ACM MM 2022."  # noqa: E501  # one paper, one line
    caution = (
        "The pickle does not name classes, and it names people only if its ids are NTU's: numbers and"
        " clips take their place. Of several bodies the one that moves most is kept."
    )

    def read(self, source: Path) -> ImportedSkeletons:
        """Read one `.pkl` file, or the only one of a folder.

        Raises:
            InputError: it is not such a pickle, it names code, or its joints fit no known layout.
        """
        path = _only_pickle(source)
        annotations, splits = read_pyskl(path)
        first = keypoints(annotations[0], f"{path} annotations[0]")
        key = (first.shape[2], first.shape[3])
        if key not in LAYOUTS:
            known = ", ".join(f"{v}×{c}: {name}" for (v, c), name in LAYOUTS.items())
            raise InputError(f"{path} has {key[0]} joints of {key[1]} coordinates; known layouts are {known}")
        people = {str(one["frame_dir"]): _NTU.fullmatch(str(one["frame_dir"])) for one in annotations}
        numbers = [one["label"] for one in annotations if "label" in one]
        columns, rules = split_columns(splits, path)
        meta = DatasetMeta(
            name=path.stem,
            layout=load_layout(LAYOUTS[key]),
            dims=3 if key[1] == 3 else 2,
            units="metres" if key[1] == 3 else "pixels",
            classes=tuple(str(n) for n in range(max(numbers, default=-1) + 1)),
            splits=rules,
            source=f"{path.name}; {self.citation}",
            licence=self.terms,
        )
        warnings = [f"{key[0]} joints of {key[1]} coordinates are taken as the layout {LAYOUTS[key]}"]
        subject_known = all(people.values())
        if not subject_known:
            warnings.append("the ids name no people: each clip counts as another person")
        clips = _clips(
            path, annotations, columns, {id: m[1] for id, m in people.items() if m and subject_known}
        )
        return ImportedSkeletons(meta, clips, tuple(warnings), subject_known)


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
    path: Path,
    annotations: Sequence[Mapping[str, Any]],
    columns: Mapping[str, Mapping[str, str]],
    people: Mapping[str, str],
) -> Iterator[Clip]:
    for place, one in enumerate(annotations):
        name = one["frame_dir"]
        subject = str(int(people[name])) if name in people else name
        yield Clip(
            id=name,
            subject=subject,
            joints=main_body(one, f"{path} annotations[{place}]"),
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
