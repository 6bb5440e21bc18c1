"""Made-up runs of several scenarios."""

from __future__ import annotations

from pathlib import Path

from mgllm.store import RunWriter
from mgllm.testing.made_run import MadeRun, made_answers, made_manifest

SCENARIOS = ("deception", "emotion", "interview")
MODELS = ("local/smollm2-135m", "openai-compatible/qwen3-8b-instruct", "vendor/large-model-4-5")


def write_suite(folder: Path, model: str, seed: int, items: int = 40) -> Path:
    """One run of three scenarios, of which the second shows something."""
    mades = [
        MadeRun(items=items, model=model, seed=seed + n, gain=gain) for n, gain in enumerate((0.1, 1.2, 0.0))
    ]
    manifests = [made_manifest(folder.name, made) for made in mades]
    scenarios = [
        manifest.scenarios[0].model_copy(update={"name": name})
        for manifest, name in zip(manifests, SCENARIOS, strict=True)
    ]
    folder.mkdir(parents=True)
    with RunWriter(folder, stores_text=True) as writer:
        writer.write_manifest(manifests[0].model_copy(update={"scenarios": tuple(scenarios)}))
        for name, made in zip(SCENARIOS, mades, strict=True):
            for prompt, record in made_answers(made):
                writer.keep_prompt(prompt)
                writer.append(record.model_copy(update={"scenario": name}))
    return folder
