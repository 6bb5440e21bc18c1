"""`mgllm.run`: ask a model, with and without the gestures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from mgllm.commands._options import from_flat
from mgllm.commands.api._door import python_door
from mgllm.commands.api._finished import FinishedRun, finished_run
from mgllm.commands.api._keywords import given
from mgllm.commands.api._runs import AnyRun, run_place
from mgllm.commands.run import run as run_flow
from mgllm.experiment.options import RunOptions
from mgllm.progress import Display
from mgllm.records import CueSource, Form, Reasoning, Score
from mgllm.store import find_run, read_options


@python_door
def run(  # noqa: PLR0913  # keywords of the public API
    *,
    model: str | None = None,
    scenarios: str | Path | Sequence[str | Path] = (),
    items: str | Path | None = None,
    gestures: str | Path | None = None,
    cue_source: CueSource | None = None,
    limit: int | None = None,
    arms: str | Sequence[str] | None = None,
    epochs: int | None = None,
    shuffles: int = 1,
    seed: int = 0,
    form: Form | Literal["auto"] = "auto",
    reasoning: Reasoning | None = None,
    reasoning_effort: str | None = None,
    score: Score | Literal["auto"] = "auto",
    paraphrase: str | None = None,
    sweep: str | Sequence[str] = (),
    confusion: str | Path | None = None,
    preregister: str | Path | None = None,
    shots: int = 0,
    shots_cues: Literal["same", "follow"] = "same",
    folds: str | Path | None = None,
    probe: str | Sequence[str] = (),
    attribute: bool = False,
    yes: bool = False,
    with_references: bool = False,
    base_url: str | None = None,
    api_key_env: str | None = None,
    model_args: Mapping[str, Any] | None = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
    concurrency: int = 16,
    rpm: int | None = None,
    tpm: int | None = None,
    max_retries: int = 6,
    timeout_s: float = 120.0,
    budget_usd: float | None = None,
    price_in: float | None = None,
    price_out: float | None = None,
    max_requests: int | None = None,
    allow_upload: bool = False,
    scenarios_dir: str | Path | None = None,
    prompts_dir: str | Path | None = None,
    results: str | Path = "results",
    store_text: bool = True,
    resume: AnyRun | None = None,
    display: Display = "auto",
) -> FinishedRun:
    """Ask a model about people, with and without their gestures, and store every answer.

    Also works in a notebook. An interrupt stops the run; `resume` goes on with it.

    Args:
        model: `"local"`, `"local/FOLDER-OR-HUB-ID"`, `"openai/NAME"` … docs/models.md lists all.
            May be left out with `resume` alone.
        scenarios: Names of scenarios, or their YAML files; one or several. Default: all that are
            bundled.
        items: The item set: a JSONL file, or a hub id, parquet, csv or folder. Default: each
            scenario's own.
        gestures: A folder of `*.mg.json` files to join to the items.
        cue_source: Which gestures are shown: annotated, recognized or out_of_fold. Default: the
            first of out_of_fold, recognized, annotated that every item has.
        limit: Ask so many items of each scenario at most, balanced over targets. Default: all.
        arms: Names of arms. Default: the scenario's.
        epochs: Repetitions of every question. Default: 1, and 8 with `score="sample"`.
        shuffles: Donors for each item and epoch in each arm that shows another person's gestures.
        seed: Decides everything that is random on this side.
        form: chat asks, cloze lets the model continue a sentence; auto takes cloze for small local
            models.
        reasoning: direct or chain_of_thought. Default: the scenario's.
        reasoning_effort: The server's own word, such as none, low or high. Default: the least that
            it allows, and its own default for chain_of_thought.
        score: logprob (probabilities of the labels), generate (the words alone) or sample (shares
            of several answers); auto takes logprob where the model gives probabilities.
        paraphrase: Another wording of the scenario, by its name.
        sweep: Ask each item in every cell: some of paraphrases, orders (of labels), styles (of
            cues) and seeds (epochs, 3 unless given).
        confusion: A CSV file of what a recogniser takes for what, for the arm `text+noisy@P`.
        preregister: A YAML file with what is expected: hypotheses, margins, exclusions, plan.
            Tables then say what came of it, and what is not as registered.
        shots: Worked examples before each question: items of other people, balanced over labels.
        shots_cues: same: speech and gestures, the same bytes in all arms; follow: what the arm
            shows.
        folds: A file with folds of people: worked examples are from other folds. Default: the
            folds.json beside gestures or items, if there is one.
        probe: Also ask without speech and gestures: metadata (an item's covariates and the
            question), labels-only, question-only. A model that answers better than a constant from
            metadata alone is marked in every table.
        attribute: Also leave each gesture out and show it alone, to see what each of them does.
        yes: Let `attribute` ask more than 1,000 questions.
        with_references: Also guess the targets without a language model, for a table beside the
            arms.
        base_url: Address of the server, up to `/v1`.
        api_key_env: Name of the environment variable that has the key; never the key itself.
        model_args: Further arguments for the model or its server, such as `{"top_p": 0.9}`.
        temperature: Of sampling, 0 to 2. Default: 0, and 1 with `score="sample"`.
        max_tokens: Tokens written at most for a question, thoughts included. Default: 256; 1024 for
            chain_of_thought; 4096 for models that think.
        concurrency: Most questions asked at the same time; fewer while a server limits the rate.
        rpm: Most requests a minute, spread evenly.
        tpm: Most tokens a minute, read and written, spread evenly.
        max_retries: Attempts after the first, for each question.
        timeout_s: Seconds until an attempt is given up.
        budget_usd: Stop before so many US dollars are spent. Needs prices.
        price_in: US dollars for a million tokens read.
        price_out: US dollars for a million tokens written.
        max_requests: Stop after so many attempts in all.
        allow_upload: Let items leave this machine whose licence restricts that.
        scenarios_dir: A folder of your own scenarios.
        prompts_dir: A folder of your own templates.
        results: The folder of runs.
        store_text: Keep prompts and replies; False keeps their hashes alone.
        resume: A run to go on with: what is missing or failed is asked. Without `model` it keeps
            its own options, but for those that are given, such as `budget_usd`; with `model`, all
            options are taken as they are given.
        display: Progress: rich (a bar in a terminal), plain (lines), none; auto chooses.

    Returns:
        The run: `.folder`, `.summary`, `.table` (markdown), `.records` (their number),
        `.exit_code`, `.stopped`, `.advice`.

    Raises:
        InputError: Something does not fit; nothing was asked.
        FatalBackendError: The model cannot be asked.
        KeyboardInterrupt: After writing what there is.

    Example:
        >>> run = mgllm.run(model="local", scenarios="emotion", arms=("text", "text+mg"), limit=12)
        >>> print(run.table)
    """
    return _run(locals())


def _run(keywords: Mapping[str, Any]) -> FinishedRun:
    said = given(run, keywords, "resume")
    where = {name: keywords[name] for name in ("results", "display")}
    if keywords["resume"] is None:
        return finished_run(run_flow(from_flat(where | said)), run)
    place = run_place(keywords["resume"], "resume")
    base = None
    if keywords["model"] is None:
        base = read_options(find_run(place, Path(keywords["results"])), RunOptions)
    return finished_run(run_flow(from_flat(where | said, base), place), run)
