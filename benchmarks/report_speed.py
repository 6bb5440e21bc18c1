"""How long a run's table and page take, how large the page is, and what a browser needs to show it.

    python benchmarks/report_speed.py [--records 10000 50000]

Made-up runs of six arms, 80 words of speech an item. Exit 1 when a target is missed: page of 10,000
records at most 5 MB; of 50,000 records table at most 20 s, page at most 60 s (the page's time holds
its tables').
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from mgllm.analysis import render
from mgllm.commands.compare import compare
from mgllm.commands.report import report
from mgllm.testing.made_run import ARMS, MadeRun, write_made_run

TABLE_S, PAGE_S, SMALL_MB = 20.0, 60.0, 5.0
LARGE, SMALL = 50_000, 10_000


def main() -> int:
    """Measure, print a table, say whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[SMALL, LARGE])
    missed = []
    print("| records | table s | page s | page MB | peak GB |\n|---:|---:|---:|---:|---:|")
    for records in parser.parse_args().records:
        with TemporaryDirectory() as folder:
            run = write_made_run(Path(folder) / "run", MadeRun(items=-(-records // len(ARMS))))
            start = time.perf_counter()
            render(compare([run]), "md")
            table = time.perf_counter() - start
            start = time.perf_counter()
            written = report([run], Path(folder) / "report.html")
            page = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        size = written.size / 1e6
        print(f"| {written.records:,} | {table:.1f} | {page:.1f} | {size:.1f} | {peak:.1f} |", flush=True)
        missed += [f"{records:,}: table {table:.1f} s"] if records <= LARGE and table > TABLE_S else []
        missed += [f"{records:,}: page {page:.1f} s"] if records <= LARGE and page > PAGE_S else []
        missed += [f"{records:,}: page {size:.1f} MB"] if records <= SMALL and size > SMALL_MB else []
    print("missed: " + "; ".join(missed) if missed else "all targets met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
