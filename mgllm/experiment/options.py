"""All options of a run, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, JsonValue, field_validator, model_validator

from mgllm.arms.base import DESIGN_RULES
from mgllm.backends.secret_names import refuse_secrets
from mgllm.errors import InputError, unknown
from mgllm.prompts.scenarios import Folders
from mgllm.records import PROBES, CueSource, Form, Frozen, Probe, Reasoning, Score

SAMPLED_EPOCHS = 8
"""Answers drawn for a question with `--score sample`, unless `--epochs` is given."""
SWEPT = ("paraphrases", "orders", "styles", "seeds")
"""What `--sweep` can change."""
SWEPT_EPOCHS = 3
"""Epochs of `--sweep seeds`, unless `--epochs` is given: the fewest that show a spread."""
LEAST_SAMPLED_EPOCHS = 5
"""Shares of fewer answers are too rough: with four, one answer is 25 points."""


class ItemOptions(Frozen):
    """Which items are asked about, and where their gestures are."""

    items: str | None = None
    """`--items`: a JSONL file, or anything that `datasets` reads; None uses each scenario's own."""
    gestures: Path | None = None
    """`--gestures`: a folder of `*.mg.json` files to join to the items."""
    cue_source: CueSource | None = None
    """`--cue-source`; None uses the first of out_of_fold, recognized, annotated that all items
    have."""
    folds: Path | None = None
    """`--folds`: folds of people, for `--shots`; None uses the folds.json beside gestures or
    items."""
    limit: int | None = Field(default=None, ge=1)
    """`--limit`: most items asked per scenario."""


class AskOptions(Frozen):
    """How the questions are asked."""

    arms: tuple[str, ...] | None = None
    """`--arms`; None uses the scenario's."""
    epochs: int | None = Field(default=None, ge=1, le=1000)
    """`--epochs`: repetitions of every question; None is 1, and 8 for `--score sample`."""
    shuffles: int = Field(default=1, ge=1, le=1000)
    """`--shuffles`: donors per item and epoch in each arm that shows another item's gestures."""
    seed: int = 0
    """`--seed`: decides everything that mgllm draws by chance."""
    form: Form | Literal["auto"] = "auto"
    """`--form`."""
    reasoning: Reasoning | None = None
    """`--reasoning`; None uses the scenario's."""
    score: Score | Literal["auto"] = "auto"
    """`--score`."""
    paraphrase: str | None = None
    """`--paraphrase`: another wording of the scenario."""
    sweep: tuple[str, ...] = ()
    """`--sweep`: what is changed from cell to cell, in the order of `SWEPT`."""
    shots: int = Field(default=0, ge=0, le=64)
    """`--shots`: worked examples of other people before each question."""
    shots_cues: Literal["same", "follow"] = "same"
    """`--shots-cues`: the same examples in all arms, or each arm's own."""
    probe: tuple[Probe, ...] = ()
    """`--probe`: questions without speech and gestures, in the order of `PROBES`."""
    attribute: bool = False
    """`--attribute`: leave each gesture out, and show it alone."""
    confusion: Path | None = None
    """`--confusion`: which gestures a recogniser takes for which, for `text+noisy@P`."""
    preregister: Path | None = None
    """`--preregister`: hypotheses, margins, exclusions and plan, written before."""
    reasoning_effort: str | None = None
    """`--reasoning-effort`; None is the least possible for `--reasoning direct`, else the server's
    choice."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    """`--temperature`; None is 0, and 1 for `--score sample`."""
    max_tokens: int | None = Field(default=None, ge=1)
    """`--max-tokens`; None is 256, 1024 for chain_of_thought, 4096 for models that think."""
    design_rules: str = DESIGN_RULES
    """Version of the rules for donors, filler and label orders: today's, or that of a resumed
    run."""

    @field_validator("probe")
    @classmethod
    def _in_table_order(cls, probe: tuple[Probe, ...]) -> tuple[Probe, ...]:
        return tuple(name for name in PROBES if name in probe)

    @property
    def repetitions(self) -> int:
        """Epochs, with the default of score and sweep filled in."""
        if self.epochs is not None:
            return self.epochs
        return SAMPLED_EPOCHS if self.score == "sample" else SWEPT_EPOCHS if "seeds" in self.sweep else 1

    @field_validator("sweep")
    @classmethod
    def _sweeps_what_is_known(cls, sweep: tuple[str, ...]) -> tuple[str, ...]:
        for name in sweep:
            if name not in SWEPT:
                raise InputError(f"--sweep: {unknown('part of a sweep', name, SWEPT)}")
        return tuple(name for name in SWEPT if name in sweep)

    @model_validator(mode="after")
    def _sweep_goes_with_the_rest(self) -> Self:
        if "paraphrases" in self.sweep and self.paraphrase is not None:
            raise InputError(
                f"--sweep paraphrases asks every wording, --paraphrase {self.paraphrase} a single one; give "
                "one of the two options"
            )
        if self.sweep and self.attribute:
            raise InputError(
                "--attribute asks about every gesture, which --sweep would repeat in every cell; give one of "
                "the two options"
            )
        if "seeds" in self.sweep and self.repetitions < 2:
            raise InputError("--sweep seeds needs --epochs 2 or more: each epoch is one seed")
        return self

    @property
    def heat(self) -> float:
        """Temperature, with the default of the score filled in."""
        if self.temperature is not None:
            return self.temperature
        return 1.0 if self.score == "sample" else 0.0


class ReachOptions(Frozen):
    """How the model is reached, and what may be spent on it."""

    base_url: str | None = None
    """`--base-url`."""
    api_key_env: str | None = None
    """`--api-key-env`: name of the variable that holds the key, never the key."""
    model_args: Mapping[str, JsonValue] = Field(default_factory=dict)
    """`--model-arg K=V`."""
    concurrency: int = Field(default=16, ge=1, le=1024)
    """`--concurrency`: most questions asked at the same time; fewer while a server limits the
    rate."""
    rpm: int | None = Field(default=None, ge=1)
    """`--rpm`: most requests a minute."""
    tpm: int | None = Field(default=None, ge=1)
    """`--tpm`: most tokens a minute, read and written."""
    max_retries: int = Field(default=6, ge=0, le=100)
    """`--max-retries`: attempts after the first."""
    timeout_s: float = Field(default=120.0, gt=0)
    """`--timeout`: seconds until an attempt is given up."""
    budget_usd: float | None = Field(default=None, gt=0)
    """`--budget-usd`; needs prices, from the flags or the user's `prices.yaml`."""
    price_in: float | None = Field(default=None, ge=0)
    """`--price-in`: USD per million tokens read."""
    price_out: float | None = Field(default=None, ge=0)
    """`--price-out`: USD per million tokens written."""
    max_requests: int | None = Field(default=None, ge=1)
    """`--max-requests`: most attempts in all."""
    allow_upload: bool = False
    """`--allow-upload`: restricted items may leave this machine."""

    @field_validator("model_args")
    @classmethod
    def _hold_no_keys(cls, model_args: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        refuse_secrets(model_args)
        return model_args


class RunOptions(Frozen):
    """The options of `mgllm run`."""

    model: str
    """`--model`."""
    scenarios: tuple[str, ...] = ()
    """Names or YAML paths; empty means all."""
    folders: Folders = Field(default_factory=Folders)
    """`--scenarios`, `--prompts`."""
    which: ItemOptions = Field(default_factory=ItemOptions)
    """Items and gestures."""
    ask: AskOptions = Field(default_factory=AskOptions)
    """Questions."""
    reach: ReachOptions = Field(default_factory=ReachOptions)
    """Model and money."""
    yes: bool = False
    """`--yes`: `--attribute` may ask more than 1,000 questions."""
    with_references: bool = False
    """`--with-references`: also guess the targets without a language model."""
    results: Path = Path("results")
    """`--results`."""
    store_text: bool = True
    """False with `--no-store-text`: hashes are kept, but neither prompts nor replies."""
    display: Literal["auto", "rich", "plain", "none"] = "auto"
    """`--display` of progress on stderr."""
    began_in: Path | None = None
    """The working folder in which a run was begun; None for one that begins now."""


def anchored(options: RunOptions) -> RunOptions:
    """The options with full paths, so that a run can be resumed from any folder.

    A local model keeps the name that the user gave it, since tables show it; `began_in` says where
    it is looked for.
    """
    which, folders, ask = options.which, options.folders, options.ask
    items = str(_full(Path(which.items))) if which.items and Path(which.items).exists() else which.items
    return options.model_copy(
        update={
            "scenarios": tuple(_scenario(name) for name in options.scenarios),
            "folders": folders.model_copy(
                update={"scenarios": _full(folders.scenarios), "prompts": _full(folders.prompts)}
            ),
            "which": which.model_copy(
                update={"items": items, "gestures": _full(which.gestures), "folds": _full(which.folds)}
            ),
            "ask": ask.model_copy(
                update={"confusion": _full(ask.confusion), "preregister": _full(ask.preregister)}
            ),
            "results": _full(options.results),
            "began_in": options.began_in or Path.cwd(),
        }
    )


def _full(path: Path | None) -> Path | None:
    """Links are kept: a user may point them elsewhere on purpose."""
    return None if path is None else path.expanduser().absolute()


def _scenario(name: str) -> str:
    """A name stays, the path of a YAML file becomes a full one."""
    return str(_full(Path(name.strip()))) if name.strip().endswith((".yaml", ".yml")) else name
