"""Valid folders for each parser: small, and made by the writers of the tests and of mgllm."""

from __future__ import annotations

import io
import json
import pickle
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from mgllm.exports.base import ExportChoices, exports
from mgllm.records import Gesture, GestureFile
from mgllm.synthetic.corpora.spoken import SpokenWord, textgrid
from mgllm.testing.made_run import MadeRun, write_made_run
from mgllm.testing.planted import planted_items
from tests.datasets import test_rltd, test_tennis
from tests.datasets.annotations import test_via
from tests.datasets.skeletons import test_imigue, test_ma52, test_ntu, test_pyskl, test_smg, test_utd_mhad
from tests.datasets.skeletons.bodies_as_bvh import write_body
from tests.datasets.skeletons.marks import vector
from tests.speech import test_textgrid, test_whisper

ODD = Path(__file__).parents[1] / "files"
GESTURES = (
    Gesture(label="folding arms", start=1.0, end=2.5),
    Gesture(label="touching neck", start=3, end=4),
)
TRANSCRIPT = GestureFile(item="talk", vocabulary="imigue", gestures=GESTURES, duration=9.5)
SPEECH = {
    "srt": "1\n00:00:01,000 --> 00:00:02,500\nAnn: It was <i>so</i>.\n\n"
    "2\n00:00:03,000 --> 00:00:04,000\nYes.\n",
    "vtt": "WEBVTT\n\nNOTE x\n\n1\n"
    "00:01.000 --> 00:02.500 align:start\n<v Ann>It was <b>so</b>.\n\n00:03.000 --> 00:04.000\nYes.\n",
    "txt": "Ann: It was so.\nBob: Yes.\n",
    "textgrid": test_textgrid.long(*test_textgrid.TWO),
    "whisper": json.dumps({"text": "It was.", "segments": [test_whisper.SEGMENT], "language": "en"}),
}


def exported(name: str, suffix: str, **choices: float) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        exporter = exports.get(name)(ExportChoices.model_validate(choices))
        (folder / f"talk{suffix}").write_text(exporter.write(TRANSCRIPT).text)
        return folder

    return make


def _text(name: str, text: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_text(text, encoding="utf-8")
        return folder

    return make


def _via(folder: Path) -> Path:
    rows = [test_via.row([2.5, 3], {"2": "1"}), test_via.row([1.1, 5.3], {"1": "0", "2": "0,2"})]
    return _text("export.csv", test_via.export(*rows, told=test_via.TOLD))(folder)


def _boris(folder: Path) -> Path:
    rows = (
        "Observation id,Media file,Total length,FPS,Subject,Behavior,Behavior type,Start (s),Stop (s)",
        "o1,talk.mp4,9.5,25,Ann,folding arms,STATE,1.0,2.5",
        "o1,talk.mp4,9.5,25,Ann,nod,POINT,3,3",
    )
    return _text("events.tsv", "".join(f"{row}\n" for row in rows).replace(",", "\t"))(folder)


def _bvh(folder: Path) -> Path:
    write_body(folder / "signer_1_hello.bvh")
    return folder


def _mediapipe(folder: Path) -> Path:
    place = folder / "MP" / "think" / "0"
    place.mkdir(parents=True)
    for number in range(3):
        np.save(place / f"{number}.npy", vector((300.0 + number, 200.0)))
    return folder / "MP"


def _ntu(folder: Path) -> Path:
    test_ntu.store(folder, "S018C002P041R001A099", test_ntu.skeleton_text({"1": test_ntu.body(0, 3)}, 3))
    return folder


def _smg(folder: Path) -> Path:
    test_smg.store(folder, 2, "1,1,3\n17,2,4\n", frames=4)
    return folder


def _imigue(folder: Path) -> Path:
    test_imigue.store(folder, "0001", test_imigue.recording(0, 6), "1,0,3\n99,2,5\n")
    return folder


def _imigue_speech(folder: Path) -> Path:
    head = "video_id,subject_gender,subject_nationality,win_or_lose"
    (folder / "labels.csv").write_text(f"{head}\n0001,F,ABC,win\n")
    (folder / "0001").mkdir()
    (folder / "0001" / "0001.raw.txt").write_text("Well,\nit was.")
    words = [
        SpokenWord(text=word, start=n, end=n + 0.5) for n, word in enumerate(["how", "was", "it", "fine"])
    ]
    (folder / "0001" / "0001.TextGrid").write_text(textgrid(words, 9))
    for role, text in (("interviewer", "How was it?"), ("interviewee", "Fine!")):
        (folder / "0001" / role).mkdir()
        (folder / "0001" / role / "a.raw.txt").write_text(text)
        (folder / "0001" / role / "a.asr.txt").write_text(text.casefold().strip("?!"))
    return folder


def _tennis(folder: Path) -> Path:
    return test_tennis.store(folder, {"0": test_tennis.ONE, "17": test_tennis.OTHER})


def _ma52(folder: Path) -> Path:
    made = [test_ma52.annotation(name, 44) for name in test_ma52.NAMES[:2]]
    return test_ma52.store(folder, made)


def _pyskl(folder: Path) -> Path:
    return test_pyskl.stored(folder, [test_pyskl.annotation("a", 0)], train=["a"]).parent


def _utd(folder: Path) -> Path:
    return test_utd_mhad.stored(folder, test_utd_mhad.arrays())


def _rltd(folder: Path) -> Path:
    test_rltd.make_copy(folder)
    return folder


def mixed(folder: Path) -> Path:
    """A file of every kind, for an importer that is not known here yet."""
    for name, text in SPEECH.items():
        (folder / f"talk.{'json' if name == 'whisper' else name}").write_text(text, encoding="utf-8")
    (folder / "table.csv").write_text("id,label,start,end\ntalk,folding arms,1.0,2.5\n")
    (folder / "table.json").write_text(json.dumps([{"id": "talk", "label": "folding arms", "start": 1}]))
    (folder / "joints.npy").write_bytes(_npy())
    (folder / "set.pkl").write_bytes(pickle.dumps({"annotations": [{"frame_dir": "a", "label": 0}]}))
    exported("eaf", ".eaf")(folder)
    return folder


def _odd(*places: str) -> Callable[[Path], Path]:
    """Files of tests/files, which are read."""

    def make(folder: Path) -> Path:
        for place in places:
            source = ODD / place
            if source.is_dir():
                shutil.copytree(source, folder, dirs_exist_ok=True)
            else:
                shutil.copy(source, folder)
        return folder

    return make


def _npy() -> bytes:
    made = io.BytesIO()
    np.save(made, np.zeros((3, 4, 2), np.float32))
    return made.getvalue()


IMPORTS: Mapping[str, Callable[[Path], Path]] = {
    **{name: _text(f"talk.{'json' if name == 'whisper' else name}", text) for name, text in SPEECH.items()},
    "textgrid": _text("talk.TextGrid", SPEECH["textgrid"]),
    "eaf": exported("eaf", ".eaf"),
    "csv": exported("csv", ".csv"),
    "miga": exported("miga", "_label.csv", fps=25),
    **{"via": _via, "boris": _boris, "bvh": _bvh, "mediapipe": _mediapipe, "ntu": _ntu, "smg": _smg},
    **{"imigue": _imigue, "imigue-speech": _imigue_speech, "ma52": _ma52, "pyskl": _pyskl},
    **{"utd-mhad": _utd, "rltd": _rltd, "tennis": _tennis},
    "eaf-speech": _odd("eaf-three-people/ann.eaf"),
    "openpose": _odd("openpose/body25"),
    "alphapose": _odd("alphapose/coco17.json"),
    "mmpose": _odd("mmpose/one-person.json"),
    "dlc": _odd("dlc/talkDLC_resnet50_talkJan1shuffle1_50000.csv"),
}
"""By importer; one that is not here gets `mixed`."""


def run_folder(folder: Path) -> Path:
    return write_made_run(folder / "run", MadeRun(items=6))


def items(folder: Path) -> Path:
    return planted_items(folder / "items.jsonl", ("agrees", "objects"), subjects=2, per_subject=2)
