"""Writes the manifest of a run, and compares it with the old one when the run is resumed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from mgllm.answers.refusals import VERSION
from mgllm.answers.verdict import RULES
from mgllm.arms.base import arm_roles
from mgllm.audit.instructions import instructing
from mgllm.backends.base import Backend
from mgllm.cues.block import shown_gestures
from mgllm.cues.vocabularies import load_vocabulary
from mgllm.errors import InputError
from mgllm.experiment.manner import Manner
from mgllm.experiment.material import Material
from mgllm.experiment.model_names import ModelName
from mgllm.experiment.options import RunOptions
from mgllm.experiment.registering import load_registration
from mgllm.experiment.versions import commit, versions
from mgllm.prompts.renderer import Renderer
from mgllm.records import Exposure, Prompt, RecordKey, RunManifest, ScenarioManifest
from mgllm.store import StoredRun

_MOVES_NUMBERS = (
    *("model", "base_url", "model_facts", "model_args", "temperature", "max_tokens", "seed", "epochs"),
    *(
        "shuffles",
        "limit",
        "scenarios",
        "stores_text",
        "confusion_sha256",
        "design_rules",
        "sent",
        "preregistration",
    ),
)
"""Fields of the manifest that a resumed run must not change, because they change its numbers."""
_BY_PROMPTS = ("sha256", "templates")
"""Hashes of a scenario's files, not compared: a change that matters shows in prompts, labels and
arms."""
_NOT_IN_OLDER_RUNS = (
    *("roles", "opposed", "cue_tokens", "cue_tokens_by", "instructing", "masked"),
    "references",
)
"""Fields of a scenario, not compared: they follow from the other fields, and older runs do not have
them."""
_OVERLAPS = ("told_again", "jaccard")
"""The same for the statistics of a shuffle."""
_UNSTABLE_FACTS = ("torch_threads", "reasoning")
"""`reasoning`: a model that chooses freely may think at one first question and not at the next."""
_NOT_COMPARED = ("max_tokens", "max_completion_tokens", "seed")
"""Parameters that were sent, not compared here: they have their own fields in the manifest."""


def describe_scenario(
    material: Material, manner: Manner, renderer: Renderer, paraphrase: str | None
) -> ScenarioManifest:
    """The manifest of one scenario; call it after planning, when all templates have been read."""
    scenario, asked, source = material.scenario, material.asked, material.ground.source
    clusters = Counter(item.subject for item in asked)
    vocabularies = sorted({t.vocabulary for item in asked for t in item.gestures.values()})
    nouns = sorted({load_vocabulary(name).noun for name in vocabularies})
    exposures: Counter[Exposure] = Counter()
    if source is not None and source != "annotated":
        exposures.update(item.gestures[source].exposure for item in asked)
    return ScenarioManifest(
        name=scenario.name,
        version=scenario.version,
        title=scenario.title,
        sha256=material.found.sha256,
        templates=renderer.hashes(),
        paraphrase=paraphrase,
        items_name=material.items_name,
        items_sha256=material.items_sha256,
        items_in_set=len(material.items),
        items_asked=len(asked),
        excluded=material.excluded,
        subjects=len(clusters),
        effective_subjects=len(asked) ** 2 / sum(n * n for n in clusters.values()),
        largest_cluster=max(clusters.values()),
        subject_known=all(item.subject_known for item in asked),
        made_up=all(bool(item.covariates.get("made_up")) for item in asked),
        labels=scenario.labels,
        lettered=manner.lettered,
        arms=tuple(arm.name for arm in material.arms),
        arms_left_out=material.left_out,
        shots=material.exemplars.facts if material.exemplars is not None else None,
        probes=manner.ask.probe,
        attributed=material.attributed,
        baseline=scenario.baseline,
        roles=arm_roles(),
        form=manner.form,
        reasoning=manner.reasoning,
        score=manner.score,
        reasoning_effort=manner.ask.reasoning_effort,
        cue_source=source,
        exposures=dict(exposures),
        group_share=_group_share(material),
        vocabularies=tuple(vocabularies),
        noun=" and ".join(nouns) or "micro-gestures",
        shuffles=material.shuffles,
        opposed=material.opposed,
        instructing=len(instructing(asked, scenario.labels)),
        masked=sum(item.masked for item in asked),
        ethics=scenario.ethics,
    )


def _group_share(material: Material) -> float | None:
    """Share of groups among the gestures that the main arm shows; None if there are none."""
    source, settings = material.ground.source, material.ground.settings
    if source is None:
        return None
    shown = [one for item in material.asked for one in shown_gestures(item.gestures[source], settings)]
    groups = sum(one.level == "group" for one in shown)
    return groups / len(shown) if groups else None


class Identity(NamedTuple):
    """The run's id, time and model."""

    id: str
    created: str
    model: ModelName


def describe_run(
    identity: Identity,
    backend: Backend,
    options: RunOptions,
    scenarios: tuple[ScenarioManifest, ...],
    max_tokens: int,
) -> RunManifest:
    ask = options.ask
    return RunManifest(
        id=identity.id,
        created=identity.created,
        model=str(identity.model),
        backend=identity.model.backend,
        base_url=backend.base_url,
        model_facts=dict(backend.facts),
        dropped_parameters=backend.dropped_parameters,
        sent=dict(getattr(backend, "sent", {})),
        model_args=options.reach.model_args,
        temperature=ask.heat,
        max_tokens=max_tokens,
        seed=ask.seed,
        epochs=ask.repetitions,
        shuffles=ask.shuffles,
        limit=options.which.limit,
        scenarios=scenarios,
        upload_allowed=options.reach.allow_upload,
        stores_text=options.store_text,
        confusion_sha256=_file_sha256(ask.confusion),
        preregistration=load_registration(ask.preregister),
        refusal_phrases=VERSION,
        answer_rules=RULES,
        design_rules=ask.design_rules,
        versions=versions(),
        commit=commit(),
    )


def refuse_changes(stored: StoredRun, new: RunManifest, planned: Mapping[RecordKey, Prompt]) -> None:
    """Refuse to resume a run if its new numbers would not be comparable with its old ones.

    Files of scenarios and templates are compared by the prompts that they make, so they may be
    renamed.

    Raises:
        InputError: something changed; names it, and the first arm whose prompt changed.
    """
    old = stored.manifest
    asked = {record.key: record.prompt_sha256 for record in stored.records}
    differing = next(
        (key for key, prompt in planned.items() if asked.get(key, prompt.sha256) != prompt.sha256), None
    )
    what = _changed_setting(old, new)
    if differing is not None:
        place = f"arm {differing.arm} (scenario {differing.scenario}, item {differing.item})"
        if what is None:
            then, now = stored.prompts().get(asked[differing]), planned[differing]
            what = f"{_changed_file(old, new, differing.scenario)}{_changed_line(then, now)}"
        what += f"; the first different prompt is that of {place}"
    if what is not None:
        raise InputError(
            f"run {old.id} cannot be resumed: {what}; change it back, or start a new run without --resume"
        )


def _changed_setting(old: RunManifest, new: RunManifest) -> str | None:
    for was, now in zip(old.scenarios, new.scenarios, strict=False):
        if was.name == now.name and was.items_sha256 != now.items_sha256:
            return f"the item set of scenario {now.name} was {_set(was)} and is now {_set(now)}"
    for field in _MOVES_NUMBERS:
        value, other = (_comparable(manifest, field) for manifest in (old, new))
        if value != other and not (field == "sent" and not old.sent):  # older runs do not have the field
            return _difference(field, value, other)
    return None


def _set(scenario: ScenarioManifest) -> str:
    return f"{scenario.items_name} (sha256 {scenario.items_sha256[:8]})"


def _changed_file(old: RunManifest, new: RunManifest, name: str) -> str:
    """The file that changed the prompts: a template with new bytes, or the scenario's own file."""
    was, now = (next(one for one in run.scenarios if one.name == name) for run in (old, new))
    fresh = [file for file, sha256 in now.templates.items() if sha256 not in was.templates.values()]
    files = [*(f"template {file}" for file in fresh), *([f"scenario {name}"] * (was.sha256 != now.sha256))]
    return " and ".join(files) + " changed" if files else "this version of mgllm makes other prompts"


def _changed_line(was: Prompt | None, now: Prompt) -> str:
    """The first different line; nothing if the run kept no words."""
    if was is None:
        return ""
    lines = ([line for m in prompt.messages for line in m.content.split("\n")] for prompt in (was, now))
    pairs = (pair for pair in zip_longest(*lines, fillvalue="") if pair[0] != pair[1])
    then, says = next(pairs, ("", ""))
    return f", a line was {then[:80]!r} and is now {says[:80]!r}"


def _comparable(manifest: RunManifest, field: str) -> object:
    dumped: dict[str, Any] = manifest.model_dump(mode="json", by_alias=True)
    value: Any = dumped.get(field)  # some are only written if they say something
    if field == "model_facts":
        return {name: fact for name, fact in value.items() if name not in _UNSTABLE_FACTS}
    if field == "sent":
        return _without_bounds(value)
    if field == "scenarios":
        return [_comparable_scenario(one) for one in value]
    return value


def _comparable_scenario(scenario: Mapping[str, Any]) -> dict[str, object]:
    kept = {key: part for key, part in scenario.items() if key not in (*_BY_PROMPTS, *_NOT_IN_OLDER_RUNS)}
    shuffles = [
        {key: part for key, part in one.items() if key not in _OVERLAPS} for one in scenario["shuffles"]
    ]
    return {**kept, "shuffles": shuffles}


def _without_bounds(sent: Mapping[str, object]) -> dict[str, object]:
    """What was sent, for one manner or by manner, without what is compared elsewhere."""
    kept = {name: one for name, one in sent.items() if name not in _NOT_COMPARED}
    manners = [_without_bounds(one) for name, one in kept.items() if ", " in name and isinstance(one, dict)]
    if not manners or len(manners) < len(kept):
        return kept
    same = all(one == manners[0] for one in manners)
    return manners[0] if same else dict(zip(kept, manners, strict=True))


def _difference(name: str, was: object, now: object) -> str:
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        key = next(key for key in {**was, **now} if was.get(key) != now.get(key))
        return _difference(f"{name}.{key}", was.get(key), now.get(key))
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        index = next(index for index in range(len(was)) if was[index] != now[index])
        return _difference(f"{name}[{index}]", was[index], now[index])
    return f"{name} was {str(was)[:80]} and is now {str(now)[:80]}"


def _file_sha256(path: Path | None) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path is not None else None
