"""The names that options and arguments take, for the help, listed without heavy imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from mgllm.registry import Shelf

Names = Callable[[], Sequence[str]]
CUE_SOURCES = ("annotated", "recognized", "out_of_fold")
FORMS = ("auto", "chat", "cloze")
SCORES = ("auto", "logprob", "generate", "sample")
REASONING = ("direct", "chain_of_thought")
SHOTS_CUES = ("same", "follow")
PROBES = ("metadata", "labels-only", "question-only")
SWEPT = ("paraphrases", "orders", "styles", "seeds")
DISPLAYS = ("auto", "rich", "plain", "none")
SHAPES = ("tables", "wide", "long")
PLOTS = ("forest", "accuracy")
TABLES = (
    *("verdict", "models", "claims", "registered", "outcomes", "scores", "contrasts", "checks", "missing"),
    *("exploratory", "probes", "sweep", "flips", "positions", "declined", "slices", "gestures", "dose"),
    *("references", "gee"),
)
FUSIONS = ("concat", "sum", "gated", "balanced")
RECIPES = ("none", "gentle", "extreme")
PROTOCOLS = ("linear", "knn", "finetune", "semi", "classifier")
STREAMS = ("spatial", "temporal", "fused")
LONG_TAILS = ("none", "logit", "sampling")
DEVICES = ("auto", "cpu", "cuda")
PRECISIONS = ("auto", "float32", "bfloat16")
CENTRES = ("frame", "clip", "none")
SCALES = ("shoulders", "none")
ABLATED = ("streams", "fusions", "losses", "left-out", "alone", "pairs", "encoders")
SUBJECTS_FROM = ("participant", "file")
OFFICIAL = ("imigue-train", "imigue-test")
SIDED = ("imigue",)
COMPUTE_TYPES = ("int8", "float32")
CLIPS = ("auto", "recordings", "trimmed")
"""Written here again, since the modules that decide take longer to import than the help may take; a
test compares them."""


def _shelf(kind: str, package: str) -> Names:
    return Shelf[object](kind, package).names


def arms() -> list[str]:
    """Names of arms, the simple ones first; a level is written P."""
    names = sorted(_shelf("arm", "mgllm.arms")(), key=lambda name: ("+" in name, name))
    return [f"{name}P" if name.endswith("@") else name for name in names]


def scenarios() -> list[str]:
    """Names of the bundled scenarios."""
    return _stems(bundled("scenarios"), ".yaml")


def vocabularies() -> list[str]:
    """Names of gesture vocabularies."""
    found = _stems(files("mgllm").joinpath("cues", "data"), ".yaml")
    return [name for name in found if name != "mappings"]


def models() -> list[str]:
    """Beginnings of model names: a backend each."""
    return [f"{name}/…" for name in _shelf("backend", "mgllm.backends")()]


def import_formats() -> list[str]:
    """What `mgllm import` reads: data sets, annotations and files of speech."""
    return sorted({*_shelf("dataset", "mgllm.datasets")(), *_shelf("speech format", "mgllm.speech")()})


def export_formats() -> list[str]:
    """What `mgllm export` writes."""
    return [*_shelf("export", "mgllm.exports")(), "records"]


def bundled(kind: str) -> Traversable:
    """The folder of bundled scenarios: inside the wheel, or in the checkout."""
    package = files("mgllm")
    inside = package.joinpath("_bundled", kind)
    return inside if inside.is_dir() else package.joinpath("..", kind)


def _stems(folder: Traversable, suffix: str) -> list[str]:
    names = (entry.name for entry in folder.iterdir())
    return sorted(name.removesuffix(suffix) for name in names if name.endswith(suffix))


def _fixed(names: Sequence[str]) -> Names:
    return lambda: names


CHOICES: Mapping[str, Names] = {
    "arms": arms,
    "cue_source": _fixed(CUE_SOURCES),
    "form": _fixed(FORMS),
    "score": _fixed(SCORES),
    "reasoning": _fixed(REASONING),
    "run probe": _fixed(PROBES),
    "shots_cues": _fixed(SHOTS_CUES),
    "sweep": _fixed(SWEPT),
    "display": _fixed(DISPLAYS),
    "vocabulary": vocabularies,
    "vocabulary show name": vocabularies,
    "run names": scenarios,
    "run model": models,
    "render scenario": scenarios,
    "human export scenario": scenarios,
    "scenario check names": scenarios,
    "scenario show name": scenarios,
    "import format_name": import_formats,
    "export format_name": export_formats,
    "compare table_format": _shelf("table format", "mgllm.analysis.tables"),
    "compare tables": _fixed(TABLES),
    "compare shape": _fixed(SHAPES),
    "compare plot_of": _fixed(PLOTS),
    "recognizer pretrain fusion": _fixed(FUSIONS),
    "recognizer pretrain augment": _fixed(RECIPES),
    "recognizer pretrain precision": _fixed(PRECISIONS),
    "recognizer pretrain centre": _fixed(CENTRES),
    "recognizer pretrain scale": _fixed(SCALES),
    "recognizer evaluate protocol": _fixed(PROTOCOLS),
    "recognizer evaluate stream": _fixed(STREAMS),
    "recognizer ablate parts": _fixed(ABLATED),
    "long_tail": _fixed(LONG_TAILS),
    "device": _fixed(DEVICES),
    "listen compute_type": _fixed(COMPUTE_TYPES),
    "items from-eaf subject_from": _fixed(SUBJECTS_FROM),
    "items select official": _fixed(OFFICIAL),
    "items set official": _fixed(SIDED),
    "transcribe clips": _fixed(CLIPS),
}
"""By a parameter's name, after the command's where other commands mean something else by it."""


LABELS: Mapping[str, str] = {
    "arms": "Arms",
    "run probe": "Probes",
    "sweep": "Some of",
    "run model": "Names begin with",
    **dict.fromkeys(("run names", "render scenario", "human export scenario"), "Bundled"),
    **dict.fromkeys(("scenario check names", "scenario show name"), "Bundled"),
    "recognizer pretrain augment": "Recipes",
    "recognizer pretrain scale": "Or",
    "recognizer ablate parts": "Parts",
}
"""What stands before the names, where others are possible too."""


def choices(command: str, parameter: str) -> str:
    """The names that a parameter takes, as a sentence; none where it takes anything.

    Args:
        command: its path, such as `recognizer evaluate`.
        parameter: its name in Python.
    """
    key = f"{command} {parameter}" if f"{command} {parameter}" in CHOICES else parameter
    if key not in CHOICES:
        return ""
    return f"{LABELS.get(key, 'One of')}: {', '.join(CHOICES[key]())}."
