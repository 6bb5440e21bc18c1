"""Records in, numbers out: pairs, effects, claims, tables. Uses records and no other part of mgllm.

runs ─► grid ─► pairs ─► metrics ─► jackknife, checks ─► effects ─► claims ─► summary ─► tables
"""

from mgllm.analysis.statistics.figures import figures as figures
from mgllm.analysis.statistics.gates import (
    Equivalence as Equivalence,
    equivalence as equivalence,
    gate as gate,
)
from mgllm.analysis.statistics.replies import served_models as served_models
from mgllm.analysis.statistics.rules import STATISTICS as STATISTICS
from mgllm.analysis.statistics.runs import RunRecords as RunRecords
from mgllm.analysis.statistics.slices import Covariate as Covariate
from mgllm.analysis.statistics.summary import (
    effects_between as effects_between,
    flips_between as flips_between,
    summarise as summarise,
)
from mgllm.analysis.statistics.sweeps import others_interval as others_interval
from mgllm.analysis.statistics.variance import Components as Components, components as components
from mgllm.analysis.tables.flat import frame as frame
from mgllm.analysis.tables.long import long_frame as long_frame
from mgllm.analysis.tables.narrative import Account as Account, narrate as narrate
from mgllm.analysis.tables.sections import Report as Report, lay_out as lay_out, render as render
from mgllm.analysis.tables.verdict import ScenarioVerdict as ScenarioVerdict, verdicts as verdicts
