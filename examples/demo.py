"""The main job, as `make demo` runs it: all bundled scenarios on the small local model, and the
table.

python examples/demo.py             # or: make demo
LIMIT=6 python examples/demo.py     # or: make demo LIMIT=6; six items a scenario, for a quick look
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import mgllm

COMMAND = Path(sys.executable).parent / "mgllm"
INTERRUPTED = 130


def main() -> int:
    """Run, print the table, and how long it took."""
    began = time.monotonic()
    limit = os.environ.get("LIMIT")
    try:
        finished = mgllm.run(model="local", limit=int(limit) if limit else None, display="auto")
    except KeyboardInterrupt:
        print("stopped; what was answered is kept. Go on with:", file=sys.stderr)
        print(f"  {COMMAND} run --resume latest", file=sys.stderr)
        return INTERRUPTED
    seconds = time.monotonic() - began
    records = mgllm.load_run(finished.folder).records
    asked = len({record.prompt_sha256 for record in records})
    print(finished.table)
    print(
        f"{finished.records} records from {asked} prompts in {seconds:.0f} s, "
        f"{asked / seconds:.1f} prompts a second{_peak()}"
    )
    print(f"Everything is in {finished.folder}; one item, side by side:")
    first = min(record.item for record in records if record.scenario == "emotion")
    print(f"  {COMMAND} show latest --item {first}")
    return finished.exit_code


def _peak() -> str:
    """The most memory that was used, where the system counts it."""
    try:
        import resource
    except ImportError:  # Windows
        return ""
    unit = 2**30 if sys.platform == "darwin" else 2**20  # bytes there, KiB on Linux
    return f", {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit:.1f} GB at most"


if __name__ == "__main__":
    sys.exit(main())
