"""The main job, as `make demo` runs it: all bundled scenarios on the small local model, and the
table.

python examples/demo.py             # or: make demo
LIMIT=6 python examples/demo.py     # or: make demo LIMIT=6; six items a scenario, for a quick look
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

import mgllm


def main() -> int:
    """Run, print the table, and how long it took."""
    began = time.monotonic()
    limit = os.environ.get("LIMIT")
    finished = mgllm.run(model="local", limit=int(limit) if limit else None, display="auto")
    seconds = time.monotonic() - began
    asked = len({record.prompt_sha256 for record in mgllm.load_run(finished.folder).records})
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # Linux counts in KiB
    print(finished.table)
    print(
        f"{finished.records} records from {asked} prompts in {seconds:.0f} s, "
        f"{asked / seconds:.1f} prompts a second, {peak_gb:.1f} GB at most"
    )
    command = Path(sys.executable).parent / "mgllm"
    print(f"Everything is in {finished.folder}; one item, side by side:")
    print(f"  {command} show latest --item emotion-01a")
    return finished.exit_code


if __name__ == "__main__":
    sys.exit(main())
