"""Made-up raters: they read a form as a browser does, and write files as the form would."""

from __future__ import annotations

import base64
import json
import random
import re
import zlib
from pathlib import Path
from typing import Any

from mgllm.records.human import HumanPlan


def form_payload(page: Path) -> dict[str, Any]:
    """The data in a form for its script."""
    found = re.search(r'id="payload">([^<]*)<', page.read_text(encoding="utf-8"))
    assert found is not None
    content: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(found[1])))
    return content


def fill_in(forms: Path, out: Path, unsure: float = 0.0, skipped: float = 0.0) -> list[Path]:
    """A file for every rater of an export, in the raters' order.

    Args:
        forms: the export's folder.
        out: where the files go.
        unsure: share of "I do not know".
        skipped: share of texts left unanswered.
    """
    plan = HumanPlan.model_validate_json((forms / "plan.json").read_bytes())
    rng, files = random.Random(7), []  # noqa: S311  # made-up answers
    out.mkdir(parents=True, exist_ok=True)
    for nth, rater in enumerate(plan.raters):
        ratings = []
        for n, index in enumerate(rater.shown, 1):
            if rng.random() >= skipped:
                label = None if rng.random() < unsure else rng.choice(plan.questions[index].label_order)
                ratings.append({"n": n, "label": label, "seconds": 4.5})
        content = {
            **{"schema": "mgllm.ratings/1", "form": rater.form, "consent": True},
            **{"started": "2026-01-05", "finished": "2026-01-06", "ratings": ratings},
        }
        path = out / f"{plan.rater_name(nth)}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        files.append(path)
    return files
