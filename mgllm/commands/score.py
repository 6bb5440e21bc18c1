"""`mgllm score`: read a run's stored replies again by today's rules, into a new run."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path

from mgllm.answers.words import label_words
from mgllm.errors import InputError
from mgllm.experiment.finishing import Finished, finish
from mgllm.experiment.rescoring import TODAY, question_of, refuse_wordless, rescored
from mgllm.experiment.verifying.doubts import warn_of
from mgllm.records.human import HUMAN
from mgllm.store import RunWriter, begin_run, find_run, read_run, run_id


def score(name: str | Path, results: Path) -> Finished:
    """Read the replies of run `name` again.

    Raises:
        InputError: no such run, or one that kept no text although words decide.
    """
    stored = read_run(find_run(name, results))
    warn_of([stored])
    old = stored.manifest
    if old.backend == HUMAN:
        raise InputError(f"run {old.id} has people's choices; there are no replies to read again")
    refuse_wordless(stored)
    now = datetime.now(UTC)
    what = old.scenarios[0].name if len(old.scenarios) == 1 else "suite"
    manifest = old.model_copy(
        update={
            "id": run_id(now.strftime("%Y%m%dT%H%M%SZ"), what, old.model, secrets.token_hex(3)),
            "created": now.isoformat(timespec="seconds"),
            **TODAY,
            "rescored_from": old.id,
        }
    )
    scenarios = {scenario.name: scenario for scenario in old.scenarios}
    prompts = stored.prompts()
    folder = begin_run(results, manifest)
    with RunWriter(folder, stores_text=old.stores_text, keeps_part=False) as writer:
        for record in stored.records:
            if record.prompt_sha256 in prompts:
                writer.keep_prompt(prompts[record.prompt_sha256])
            scenario = scenarios[record.scenario]
            words = label_words(scenario.labels, scenario.lettered)
            question = question_of(record, scenario)
            writer.append(rescored(record, question, words, from_server=old.base_url is not None))
        return finish(folder, writer, len(stored.records), None)
