"""Records in, numbers out: pairs, effects, claims, tables. Knows records and nothing else.

runs ─► grid ─► pairs ─► metrics ─► jackknife, checks ─► effects ─► claims ─► summary ─► tables
"""

from mgllm.analysis.statistics.figures import figures
from mgllm.analysis.statistics.gates import Equivalence, equivalence, gate
from mgllm.analysis.statistics.runs import RunRecords
from mgllm.analysis.statistics.slices import Covariate
from mgllm.analysis.statistics.summary import effects_between, flips_between, summarise
from mgllm.analysis.tables.frames import frame
from mgllm.analysis.tables.narrative import Account, narrate
from mgllm.analysis.tables.rendering import render
from mgllm.analysis.tables.sections import Report, lay_out

__all__ = [
    "Account",
    "Covariate",
    "Equivalence",
    "Report",
    "RunRecords",
    "effects_between",
    "equivalence",
    "figures",
    "flips_between",
    "frame",
    "gate",
    "lay_out",
    "narrate",
    "render",
    "summarise",
]
