"""Options that several commands share, each written once and also an MGLLM_* variable."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from mgllm.cli.help import OPTIONS, PlainGroup

ASKED, CUES, MODEL, SCORING = "What is asked", "Cues", "Model and server", "Asking and scoring"
LIMITS, FILES, OUTPUT = "Limits and cost", "Files", "Output"
CLIPS, NETWORK, TRAINING, TESTING = "Which clips", "Network and views", "Training", "Testing"
COMPARED, TABLES = "What is compared", "Tables and plots"
INPUT = "What is read"
"""Headings of options; `help.HEADINGS` has their order."""
ASK, READ, ITEMS = "Ask models and people", "Read results", "Scenarios and items"
GESTURES, MODELS = "Gestures and speech from recordings", "Models and servers"
"""Headings of commands, in the order of `mgllm --help`."""


def option(flag: str, text: str, *more: str, heading: str = OPTIONS, **settings: Any) -> Any:
    """A Typer option with its environment variable: `--max-tokens` is MGLLM_MAX_TOKENS.

    Args:
        flag: its name.
        text: what it does, for the help.
        more: other names, such as -o.
        heading: what it stands under in the help.
        settings: `kind`: what a value is called in the help, such as FILE; `default`: what holds
            where nothing is said, as the help shows it; others as Typer takes them.
    """
    name = flag.lstrip("-").replace("-", "_").upper()
    settings = {
        "envvar": f"MGLLM_{name}",
        "rich_help_panel": heading,
        "metavar": settings.pop("kind", None),
        "show_default": settings.pop("default", False),
        **settings,
    }
    return typer.Option(*more, flag, help=text, **settings)


recognizer = typer.Typer(
    cls=PlainGroup,
    help="Train, test and look at recognisers: networks that find micro-gestures in skeletons.",
    rich_markup_mode=None,
)
"""The group of the recogniser's commands, which two files fill."""

Dataset = Annotated[Path, typer.Argument(metavar="DATASET", help="Folder of a skeleton data set.")]
Out = Annotated[Path, option("--out", "Folder to write.", "-o", kind="FOLDER", heading=FILES)]
Sets = Annotated[
    list[str] | None,
    option(
        "--set",
        "Any other option, such as contrast.cross=0. Repeatable.",
        kind="NAME=VALUE",
        heading=TRAINING,
    ),
]
Speakers = Annotated[
    str | None,
    option(
        "--speakers",
        "Which beginnings `Name: …` of speech are speakers: names with commas between, all or none.",
        kind="NAMES",
        default="where it is clear",
        heading=INPUT,
    ),
]
ScenariosDir = Annotated[
    Path | None,
    option("--scenarios", "Folder of your own scenarios.", kind="FOLDER", default="bundled", heading=FILES),
]
PromptsDir = Annotated[
    Path | None,
    option("--prompts", "Folder of your own templates.", kind="FOLDER", default="bundled", heading=FILES),
]
Results = Annotated[
    Path | None, option("--results", "Folder of runs.", kind="FOLDER", default="results", heading=FILES)
]
Json = Annotated[bool, option("--json", "Print JSON instead of text.", heading=OUTPUT)]
Items = Annotated[
    str | None,
    option(
        "--items",
        "Your items: a JSONL file; or a parquet or csv file, a folder, or a hub id.",
        kind="FILE",
        default="the scenario's own",
        heading=ASKED,
    ),
]
Gestures = Annotated[
    Path | None,
    option("--gestures", "Folder of *.mg.json files to join to the items.", kind="FOLDER", heading=CUES),
]
CueSource = Annotated[
    str | None,
    option(
        "--cue-source",
        "Who named the gestures.",
        kind="NAME",
        default="the first that all items have, of out_of_fold, recognized, annotated",
        heading=CUES,
    ),
]
Arms = Annotated[
    str | None,
    option("--arms", "Arms, separated by commas.", kind="NAMES", default="the scenario's", heading=ASKED),
]
Limit = Annotated[
    int | None,
    option(
        "--limit",
        "Ask at most N items of each scenario: drawn by the seed, balanced over labels and people.",
        default="all",
        heading=ASKED,
    ),
]
Seed = Annotated[
    int | None, option("--seed", "Decides everything that mgllm draws.", default="0", heading=ASKED)
]
FormName = Annotated[
    str | None,
    option(
        "--form",
        "How a question is put. auto: cloze for local models under 1 B weights, else chat.",
        kind="NAME",
        default="auto",
        heading=SCORING,
    ),
]
ReasoningName = Annotated[
    str | None,
    option(
        "--reasoning",
        "Answer at once, or write thoughts first.",
        kind="NAME",
        default="the scenario's",
        heading=SCORING,
    ),
]
ReasoningEffort = Annotated[
    str | None,
    option(
        "--reasoning-effort",
        "none, minimal, low, medium, high … in the server's words.",
        kind="NAME",
        default="the least that it allows; its own for chain_of_thought",
        heading=SCORING,
    ),
]
BaseUrl = Annotated[
    str | None, option("--base-url", "Address of the server, up to /v1.", kind="URL", heading=MODEL)
]
ApiKeyEnv = Annotated[
    str | None,
    option("--api-key-env", "Name of the variable that has the key.", kind="NAME", heading=MODEL),
]
ModelArgs = Annotated[
    list[str] | None,
    option(
        "--model-arg",
        "An argument for the model, such as top_p=0.9. V may be JSON, K may be a.b. Repeatable.",
        kind="K=V",
        heading=MODEL,
    ),
]
Paraphrase = Annotated[
    str | None,
    option(
        "--paraphrase",
        "Another wording of the scenario; mgllm scenario show lists them.",
        kind="NAME",
        heading=ASKED,
    ),
]
Sweep = Annotated[
    str | None,
    option(
        "--sweep",
        "Ask each item in every wording, label order and cue style, with several seeds: in all cells.",
        kind="NAMES",
        heading=ASKED,
    ),
]
Display = Annotated[
    str | None, option("--display", "How progress is shown.", kind="NAME", default="auto", heading=OUTPUT)
]
LogFile = Annotated[
    Path | None,
    option(
        "--log-file",
        "Append what happens to this file, with times and levels; no prompts and no replies.",
        kind="FILE",
        heading=FILES,
    ),
]
VocabularyName = Annotated[
    str | None,
    option(
        "--vocabulary",
        "List of gesture names of the annotations.",
        kind="NAME",
        default="the one that fits best",
        heading=INPUT,
    ),
]
LabelMap = Annotated[
    Path | None,
    option(
        "--map",
        "A csv file: your label, and the vocabulary's. Columns: from,to.",
        kind="FILE",
        heading=INPUT,
    ),
]
Preregister = Annotated[
    Path | None,
    option(
        "--preregister",
        "What you expect, written before: hypotheses, margins, exclusions. Goes into the manifest.",
        kind="FILE",
        heading=ASKED,
    ),
]
Confusion = Annotated[
    Path | None,
    option(
        "--confusion",
        "CSV file: which gesture a recogniser takes for which. For the arm text+noisy@P.",
        kind="FILE",
        heading=CUES,
    ),
]


Shots = Annotated[
    int | None,
    option("--shots", "Worked examples of other people before each question.", kind="K", heading=ASKED),
]
ShotsCues = Annotated[
    str | None,
    option(
        "--shots-cues",
        "What worked examples show: all, in every arm the same bytes; or what the arm shows.",
        kind="NAME",
        default="same",
        heading=ASKED,
    ),
]
Folds = Annotated[
    Path | None,
    option(
        "--folds",
        "Folds of people: worked examples are from other folds.",
        kind="FILE",
        default="folds.json beside gestures or items, if there is one",
        heading=ASKED,
    ),
]


def display(word: str | None) -> Any:
    """How progress is shown; auto where nothing was said.

    Raises:
        InputError: the name is unknown.
    """
    from mgllm.errors import InputError, unknown

    known = ("auto", "rich", "plain", "none")
    if word is not None and word not in known:
        raise InputError(unknown("display", word, known))
    return word or "auto"


def given(context: typer.Context, *leave_out: str) -> dict[str, Any]:
    """What the command line or the environment says; everything else keeps its default."""
    said = {name: value for name, value in context.params.items() if name not in leave_out}
    said = {name: value for name, value in said.items() if not _unsaid(value)}
    lists = {name: split_names(said[name]) for name in ("arms", "sweep", "probe") if name in said}
    for name in (name for name, found in lists.items() if not found and name != "arms"):  # the run says so
        raise typer.BadParameter(f"--{name} '{said[name]}' names nothing")
    return said | lists


def _unsaid(value: object) -> bool:
    return value is None or value is False or value in ([], ())


def split_names(text: str | None) -> tuple[str, ...] | None:
    """`a, b + c` → ("a", "b+c"): blanks mean nothing in names."""
    if text is None:
        return None
    parts = (re.sub(r"\s*([+@])\s*", r"\1", part.strip()) for part in text.split(","))
    return tuple(part for part in parts if part)
