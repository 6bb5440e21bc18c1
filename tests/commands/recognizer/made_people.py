"""A made-up data set of people whose hands' places are known, as `rebuild --people` needs it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mgllm.recognizer.timelines.people import OPEN_PEOPLE
from mgllm.skeleton import Clip, DatasetMeta, write_dataset
from mgllm.skeleton.layouts import load_layout

GROUPS = ("o01", "o02", "o03", "o05", "o06", "o07", "o08")


def people_set(path: Path, groups: Sequence[str] = GROUPS, *, sources: bool = True) -> Path:
    """Two people of each group with three clips each: at the ear, at nothing, and not known."""
    random = np.random.default_rng(0)
    layout = load_layout("imigue22")
    meta = DatasetMeta(
        name=f"{OPEN_PEOPLE}: a test",
        layout=layout,
        dims=2,
        units="pixels",
        classes=("again",),
        source="licensed landmarks",
        licence="by group",
    )
    clips = [
        Clip(
            f"{group}{who}-{n}",
            f"{group}{who}",
            np.concatenate([random.normal(200, 60, (30, 22, 2)), np.ones((30, 22, 1))], -1),
            "again",
            15.0,
            {
                "mg_accept": accepted,
                "contact_from": "10" if accepted == "touching ears" else "",
                "contact_to": "20" if accepted == "touching ears" else "",
                "group": group,
                **({"repo": f"ann/{group}", "commit": "c0ffee", "licence": "MIT"} if sources else {}),
            },
        )
        for group in groups
        for who in "ab"
        for n, accepted in enumerate(("touching ears", "none", ""))
    ]
    write_dataset(path, meta, clips)
    return path
