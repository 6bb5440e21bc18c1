"""The zoo as a process: `python -m mgllm.testing.zoo` prints its URL and serves until it is
stopped."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from mgllm.experiment.blocking import run_blocking
from mgllm.testing.hosting import until_stopped
from mgllm.testing.zoo.animal import all_animals
from mgllm.testing.zoo.catalogue import markdown
from mgllm.testing.zoo.questions import write_scenarios
from mgllm.testing.zoo.server import Zoo


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve, or write the page or the scenarios."""
    options = _parser().parse_args(arguments)
    if options.markdown:
        sys.stdout.write(markdown(all_animals()))
    elif options.scenarios is not None:
        sys.stdout.writelines(f"{path}\n" for path in write_scenarios(options.scenarios))
    else:
        run_blocking(until_stopped(Zoo(options.port)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mgllm.testing.zoo", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--markdown", action="store_true", help="print docs/zoo.md instead of serving")
    parser.add_argument("--scenarios", type=Path, help="write the questions with other labels to this folder")
    return parser


if __name__ == "__main__":
    main()
