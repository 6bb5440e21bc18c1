"""Options that several commands share, each spelled once. Every option is also an MGLLM_* variable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def option(flag: str, text: str, *more: str, **settings: Any) -> Any:
    """A Typer option with its environment variable: `--max-tokens` is MGLLM_MAX_TOKENS."""
    name = flag.partition("/")[0].lstrip("-").replace("-", "_").upper()
    settings = {"envvar": f"MGLLM_{name}", **settings}
    return typer.Option(flag, *more, help=text, show_default=False, **settings)


recognizer = typer.Typer(
    help="Train, evaluate and look at recognisers of micro-gestures from skeletons.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
"""The group of the recogniser's commands, which two files fill."""

Dataset = Annotated[Path, typer.Argument(metavar="DATASET", help="Folder of a skeleton data set.")]
Out = Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")]
Sets = Annotated[
    list[str] | None,
    option("--set", "NAME=VALUE for any other option, such as contrast.cross=0. Repeatable."),
]
ScenariosDir = Annotated[Path | None, option("--scenarios", "Folder of your own scenarios.")]
PromptsDir = Annotated[Path | None, option("--prompts", "Folder of your own templates.")]
Results = Annotated[Path | None, option("--results", "Folder of runs. Default: results")]
Json = Annotated[bool, option("--json", "Print JSON.")]
Items = Annotated[str | None, option("--items", "Items: a JSONL file, or a hub id, parquet, csv or folder.")]
Gestures = Annotated[Path | None, option("--gestures", "Folder of *.mg.json files to join to the items.")]
CueSource = Annotated[str | None, option("--cue-source", "annotated, recognized or out_of_fold.")]
Arms = Annotated[str | None, option("--arms", "Arms, separated by commas.")]
Limit = Annotated[int | None, option("--limit", "Ask N items per scenario: seeded, balanced, nested in N.")]
Seed = Annotated[int | None, option("--seed", "Decides everything random on our side. Default: 0")]
FormName = Annotated[str | None, option("--form", "auto, chat or cloze. Default: auto")]
ReasoningName = Annotated[str | None, option("--reasoning", "direct or chain_of_thought.")]
ReasoningEffort = Annotated[
    str | None,
    option(
        "--reasoning-effort",
        "none, minimal, low, medium, high … in the server's words. Default: the least, or its own "
        "for chain_of_thought",
    ),
]
BaseUrl = Annotated[str | None, option("--base-url", "Address of the server, up to /v1.")]
ApiKeyEnv = Annotated[str | None, option("--api-key-env", "Name of the variable that holds the key.")]
ModelArgs = Annotated[
    list[str] | None, option("--model-arg", "K=V for the model; V may be JSON, K may be a.b. Repeatable.")
]
Paraphrase = Annotated[str | None, option("--paraphrase", "Another wording of the scenario, by its name.")]
Display = Annotated[str | None, option("--display", "Progress: auto, rich, plain or none.")]
Confusion = Annotated[
    Path | None, option("--confusion", "CSV: what a recogniser takes for what (text+noisy).")
]


def display(word: str | None) -> Any:
    """How progress is shown; auto where nothing was said.

    Raises:
        InputError: there is no such display.
    """
    from mgllm.errors import InputError, unknown

    known = ("auto", "rich", "plain", "none")
    if word is not None and word not in known:
        raise InputError(unknown("display", word, known))
    return word or "auto"


def given(context: typer.Context, *leave_out: str) -> dict[str, Any]:
    """What was said on the command line or in the environment; everything else keeps its default."""
    said = {name: value for name, value in context.params.items() if name not in leave_out}
    said = {name: value for name, value in said.items() if not _unsaid(value)}
    return said | ({"arms": split_names(said["arms"])} if "arms" in said else {})


def _unsaid(value: object) -> bool:
    return value is None or value is False or value in ([], ())


def split_names(text: str | None) -> tuple[str, ...] | None:
    """`a,b` → ("a", "b")."""
    return None if text is None else tuple(part.strip() for part in text.split(",") if part.strip())
