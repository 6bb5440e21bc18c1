"""The planted effect: what gestures add for a reader of known weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mgllm.synthetic.corpora.planning import CorpusOptions
from mgllm.synthetic.corpora.reader import Weights
from mgllm.synthetic.corpora.truth import Gain, Planted, TrueVideo


def planted_effect(options: CorpusOptions, reader: Weights, videos: Mapping[str, TrueVideo]) -> Planted:
    """The effect in a corpus, counted with the reader; and what it is in the mean over seeds."""
    shown = list(videos.values())
    counted = [one for one in shown if any(clip.label in reader.gestures for clip in one.happens)]
    can_gain = [one for one in counted if not one.leak]
    return Planted(
        asked=options.effect,
        expected=round(options.effect * len(can_gain) / len(shown), 3),
        found=gain(reader, shown),
        labelled=gain(reader, [one for one in shown if one.labelled]),
        without_leaks=gain(reader, [one for one in shown if not one.leak]),
    )


def gain(reader: Weights, videos: Sequence[TrueVideo]) -> Gain:
    """What gestures add over the speech alone, in these recordings."""
    plain, shown, odds = 0, 0, 0.0
    for video in videos:
        target = video.target or reader.outcomes[0]
        speech = "\n".join(turn.text for turn in video.turns)
        labels = [clip.label for clip in video.happens]
        plain += reader.answer(speech, ()) == target
        shown += reader.answer(speech, labels) == target
        odds += reader.toward(target, speech, labels) - reader.toward(target, speech, ())
    n = max(len(videos), 1)
    return Gain(
        items=len(videos),
        without=round(100 * plain / n, 3),
        with_gestures=round(100 * shown / n, 3),
        points=round(100 * (shown - plain) / n, 3),
        log_odds=round(odds / n, 4),
    )
