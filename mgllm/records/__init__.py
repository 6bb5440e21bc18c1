"""The nouns, in the order of the flow: gesture → item → scenario → prompt → reply → record → effect."""

from mgllm.records.attribution import (
    NOTHING,
    ONLY,
    POOL,
    WITHOUT,
    AttributedGesture,
    Attribution,
    Way,
    is_attributed,
)
from mgllm.records.bias import ArmBias, Share, Slice
from mgllm.records.effect import ArmSummary, Claim, Effect, Flips, RowName
from mgllm.records.figures import (
    Calibration,
    CalibrationBin,
    Confusion,
    Figures,
)
from mgllm.records.frozen import Frozen
from mgllm.records.gee import Gee, GeeTerm
from mgllm.records.gesture import CueSource, Exposure, Gesture, GestureFile, GestureTranscript
from mgllm.records.human import (
    FEWEST_PER_CELL,
    HUMAN,
    PLAN,
    HumanPlan,
    HumanQuestion,
    RaterFile,
    RaterPlan,
    Rating,
)
from mgllm.records.item import Item, Turn
from mgllm.records.manifest import RunManifest, ScenarioManifest, ShuffleStats
from mgllm.records.prompt import Choice, Message, Prompt, Question, Span, prompt_sha256
from mgllm.records.record import Record, RecordKey
from mgllm.records.reply import LabelScores, Outcome, Reply, Usage, Verdict
from mgllm.records.scenario import (
    DEFAULT_ARMS,
    CueSettings,
    CueStyle,
    Form,
    Label,
    PromptFiles,
    Reasoning,
    Scenario,
    Score,
)
from mgllm.records.summary import Summary

__all__ = [
    "DEFAULT_ARMS",
    "FEWEST_PER_CELL",
    "HUMAN",
    "NOTHING",
    "ONLY",
    "PLAN",
    "POOL",
    "WITHOUT",
    "ArmBias",
    "ArmSummary",
    "AttributedGesture",
    "Attribution",
    "Calibration",
    "CalibrationBin",
    "Choice",
    "Claim",
    "Confusion",
    "CueSettings",
    "CueSource",
    "CueStyle",
    "Effect",
    "Exposure",
    "Figures",
    "Flips",
    "Form",
    "Frozen",
    "Gee",
    "GeeTerm",
    "Gesture",
    "GestureFile",
    "GestureTranscript",
    "HumanPlan",
    "HumanQuestion",
    "Item",
    "Label",
    "LabelScores",
    "Message",
    "Outcome",
    "Prompt",
    "PromptFiles",
    "Question",
    "RaterFile",
    "RaterPlan",
    "Rating",
    "Reasoning",
    "Record",
    "RecordKey",
    "Reply",
    "RowName",
    "RunManifest",
    "Scenario",
    "ScenarioManifest",
    "Score",
    "Share",
    "ShuffleStats",
    "Slice",
    "Span",
    "Summary",
    "Turn",
    "Usage",
    "Verdict",
    "Way",
    "is_attributed",
    "prompt_sha256",
]
