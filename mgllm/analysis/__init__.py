"""Records in, numbers out: pairs, effects, claims, tables. Knows records and nothing else.

runs ─► grid ─► pairs ─► metrics ─► jackknife, checks ─► effects ─► claims ─► summary ─► tables
"""

from mgllm.analysis.figures import figures
from mgllm.analysis.frames import frame
from mgllm.analysis.gates import Equivalence, equivalence, gate
from mgllm.analysis.narrative import Account, narrate
from mgllm.analysis.rendering import render
from mgllm.analysis.runs import RunRecords
from mgllm.analysis.sections import Report, lay_out
from mgllm.analysis.slices import Covariate
from mgllm.analysis.summary import effects_between, flips_between, summarise, summarise_between

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
    "summarise_between",
]
