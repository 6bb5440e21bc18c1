"""Options of `mgllm import` that skeletons have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from mgllm.cli.options import FILES, INPUT, option

Subject = Annotated[
    str | None,
    option("--subject", "The person of all recordings (skeletons).", kind="NAME", heading=INPUT),
]
Subjects = Annotated[
    Path | None,
    option(
        "--subjects",
        "A csv file: who is in which recording (skeletons, imigue-speech).",
        kind="FILE",
        default="subjects.csv in SRC, if there is one",
        heading=INPUT,
    ),
]
Recordings = Annotated[
    Path | None,
    option(
        "--recordings",
        "Write complete recordings, too, as a data set (imigue, smg).",
        kind="FOLDER",
        heading=FILES,
    ),
]
Picture = Annotated[
    str | None,
    option(
        "--picture",
        "Size of the picture in pixels, where coordinates are shares of it (mediapipe, openpose …).",
        kind="WxH",
        default="640x480 for mediapipe",
        heading=INPUT,
    ),
]
Places = Annotated[
    Path | None,
    option(
        "--places", "A csv file: where the hand is in which sign (mediapipe).", kind="FILE", heading=INPUT
    ),
]
Group = Annotated[
    str | None,
    option("--group", "Name of the source (mediapipe, bvh, openpose …).", kind="NAME", heading=INPUT),
]
Unit = Annotated[
    str | None,
    option(
        "--unit",
        "Unit of lengths: m, cm, mm, inch, cmu or its metres (bvh); of times: s, ms (whisper).",
        kind="UNIT",
        default="guessed from the legs",
        heading=INPUT,
    ),
]
LayoutName = Annotated[
    str | None,
    option(
        "--layout",
        "Layout of the joints, such as imigue22 (pyskl, openpose, alphapose, mmpose, dlc).",
        kind="NAME",
        default="the one that fits; 25 joints of pyskl are asked about",
        heading=INPUT,
    ),
]
Keypoints = Annotated[
    str | None,
    option(
        "--keypoints",
        "List of key points, where files do not name them, such as coco17 (mmpose).",
        kind="NAME",
        heading=INPUT,
    ),
]
JointNames = Annotated[
    Path | None,
    option(
        "--joint-names",
        "A csv file name,joint: which joint a body part is (dlc).",
        kind="FILE",
        heading=INPUT,
    ),
]
Person = Annotated[
    str | None,
    option(
        "--person",
        "Who is meant, of several: left, right, largest, same or a name (openpose …).",
        kind="NAME",
        heading=INPUT,
    ),
]
SkeletonFiles = Annotated[
    bool,
    option(
        "--skeleton-files",
        "Write a NAME.skeleton.npz for each recording instead of a data set.",
        heading=FILES,
    ),
]
Speakers = Annotated[
    str | None,
    option(
        "--speakers",
        "Which beginnings `Name: …` of speech are speakers: names with commas between, all or none; of "
        "imigue-speech interviewee or both.",
        kind="NAMES",
        default="where it is clear; both",
        heading=INPUT,
    ),
]
