"""How much of MediaPipe's own frame rate is left when a video is read by mgllm.

    python benchmarks/video_speed.py [VIDEO...] [--repeats 3]

Without a video: the clips in examples/clips. Of the same frames, in the same process, video by
video in
turns: MediaPipe alone on pictures that are in memory already, and mgllm from the file to the joints
(decoding, pose, mapping, steady rate; nothing kept from before). Wall and processor time; medians
of ratios over turns and videos, since other work on the machine falls on one or the other. Exit 1
when the target is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from mgllm.errors import InputError
from mgllm.media.pose import PoseDetector, watch
from mgllm.media.poses import joints_of
from mgllm.media.video import Pixels, holistic, open_video, pyav, quiet_stderr
from mgllm.skeleton.layouts import load_layout
from mgllm.skeleton.preparing import at_steady_rate
from mgllm.transcription.recordings import FPS

TARGET = 0.8
"""Of MediaPipe's own frame rate."""
CLIPS = Path(__file__).parents[1] / "examples" / "clips"
LAYOUT = load_layout("imigue22")


class Taken(NamedTuple):
    """Seconds of a turn."""

    wall: float
    processor: float


def main() -> int:
    """Measure, print a table, say whether the target is met."""
    options = _options()
    try:
        pyav()
        holistic()
    except InputError as error:
        print(f"skipped: {error}")
        return 0
    videos = options.videos or sorted(CLIPS.glob("*.mkv"))
    if not videos:
        print(f"skipped: no videos in {CLIPS}; name some")
        return 0
    shown = [_pictures(path) for path in videos]
    frames = sum(len(pictures) for pictures in shown)
    turns = [_turn(videos, shown) for _ in range(options.repeats + 1)][1:]
    pairs = [pair for turn in turns for pair in turn]
    walls = [alone.wall / whole.wall for alone, whole in pairs]
    processors = [alone.processor / whole.processor for alone, whole in pairs]
    print(f"Medians of {options.repeats} turns; {len(videos)} videos, {frames:,} frames:\n")
    print("| what | frames/s, wall | frames a second of processor time |\n|---|---|---|")
    for name, place in (("MediaPipe alone", 0), ("mgllm, file to joints", 1)):
        wall = median(sum(pair[place].wall for pair in turn) for turn in turns)
        processor = median(sum(pair[place].processor for pair in turn) for turn in turns)
        print(f"| {name} | {frames / wall:.1f} | {frames / processor:.1f} |")
    print(f"| ratio (target ≥ {TARGET}) | **{median(walls):.2f}** | {median(processors):.2f} |")
    return 0 if median(walls) >= TARGET else 1


def _turn(videos: Sequence[Path], shown: Sequence[Sequence[Pixels]]) -> list[tuple[Taken, Taken]]:
    """Both ways of each video, one right after the other."""
    return [
        (_timed(partial(_alone, pictures)), _timed(partial(_whole, path)))
        for path, pictures in zip(videos, shown, strict=True)
    ]


def _pictures(path: Path) -> list[Pixels]:
    with open_video(path) as video:
        return [picture.rgb for picture in video.pictures()]


def _alone(pictures: Sequence[Pixels]) -> None:
    """MediaPipe as its own example calls it."""
    with quiet_stderr():
        graph = holistic().Holistic(static_image_mode=False, model_complexity=1, smooth_landmarks=False)
        graph.process(pictures[0])
    for picture in pictures[1:]:
        graph.process(picture)
    graph.close()


def _whole(path: Path) -> None:
    with open_video(path) as video, PoseDetector() as detector:
        poses = watch(video, detector, None, lambda: None)
    at_steady_rate(poses.times, joints_of(poses, LAYOUT), FPS)


def _timed(work: Callable[[], None]) -> Taken:
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - wall, time.process_time() - processor)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("videos", nargs="*", type=Path, help="videos of one person")
    parser.add_argument("--repeats", type=int, default=3, help="turns that count")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
