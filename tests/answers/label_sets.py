"""Label sets on which every template of a reply is tried: the bundled scenarios' and invented ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from mgllm.answers.words import label_words
from mgllm.records import Label

Words = Mapping[str, tuple[str, ...]]

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def labels(**texts: str) -> tuple[Label, ...]:
    return tuple(Label(id=name, text=text, cloze=f" {text}") for name, text in texts.items())


def bundled() -> dict[str, Words]:
    found: dict[str, Words] = {}
    for path in sorted(SCENARIOS.glob("*.yaml")):
        made = [Label.model_validate(one) for one in yaml.safe_load(path.read_text("utf-8"))["labels"]]
        found[path.stem] = label_words(made, lettered=False)
    return found


TEN = labels(
    **{
        name: name
        for name in ["calm", "tense", "happy", "sad", "angry", "bored", "proud", "shy", "inspired", "jealous"]
    }
)

SETS: dict[str, Words] = {
    **bundled(),
    "chinese": label_words(labels(joy="喜悦", sorrow="悲伤", rage="愤怒"), lettered=False),
    "hindi": label_words(labels(lose="हार", win="जीत"), lettered=False),
    "hebrew": label_words(labels(truth="אמת", lie="שקר"), lettered=False),
    "thai": label_words(labels(sincere="จริงใจ", fake="หลอกลวง"), lettered=False),
    "emoji": label_words(labels(sad="😢", joy="😂"), lettered=False),
    "alike": label_words(labels(r1="relaxed", r2="reserved", r3="resigned"), lettered=False),
    "contained": label_words(labels(c1="calm", c2="very calm", c3="calmness"), lettered=False),
    "winner": label_words(labels(w1="win", w2="winner"), lettered=False),
    "negated": label_words(labels(h1="happy", h2="not happy"), lettered=False),
    "prefixed": label_words(labels(d1="deceptive", d2="non-deceptive"), lettered=False),
    "untruthful": label_words(labels(u1="truthful", u2="untruthful"), lettered=False),
    "yes_no": label_words(labels(y="yes", n="no"), lettered=False),
    "german": label_words(labels(g1="fröhlich", g2="verärgert"), lettered=False),
    "french": label_words(labels(f1="sincère", f2="gênée"), lettered=False),
    "ten_letters": label_words(TEN, lettered=True),
    "two_words": label_words(labels(t1="mildly stressed", t2="at ease"), lettered=False),
    "korean": label_words(labels(k1="행복", k2="슬픔"), lettered=False),
    "japanese": label_words(labels(j1="正直", j2="欺瞞的"), lettered=False),
    "arabic": label_words(labels(a1="صادق", a2="كاذب"), lettered=False),
    "russian": label_words(labels(p1="искренний", p2="лживый"), lettered=False),
}
"""By name: what names each label in a reply."""

ONE_EACH = [(name, label) for name, words in SETS.items() for label in words]
"""Every label of every set."""
