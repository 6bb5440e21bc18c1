"""Records in, numbers out: pairs, effects, claims, tables. Knows records and nothing else.

runs ─► grid ─► pairs ─► metrics ─► jackknife, checks ─► effects ─► claims ─► summary ─► tables
"""

from mgllm.analysis.frames import frame
from mgllm.analysis.gates import Equivalence, equivalence, gate
from mgllm.analysis.rendering import render
from mgllm.analysis.runs import RunRecords
from mgllm.analysis.slices import Covariate
from mgllm.analysis.summary import effects_between, flips_between, summarise, summarise_between

__all__ = [
    "Covariate",
    "Equivalence",
    "RunRecords",
    "effects_between",
    "equivalence",
    "flips_between",
    "frame",
    "gate",
    "render",
    "summarise",
    "summarise_between",
]
