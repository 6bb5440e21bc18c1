"""The records, in the order of the flow: gesture → item → scenario → prompt → reply → record →
effect."""

from mgllm.records.attribution import (
    NOTHING as NOTHING,
    ONLY as ONLY,
    POOL as POOL,
    WITHOUT as WITHOUT,
    AttributedGesture as AttributedGesture,
    Attribution as Attribution,
    Way as Way,
    is_attributed as is_attributed,
)
from mgllm.records.cell import (
    FIRST_WORDING as FIRST_WORDING,
    PLAIN as PLAIN,
    Cell as Cell,
    cell_id as cell_id,
)
from mgllm.records.claim import Claim as Claim, ClaimVerdict as ClaimVerdict
from mgllm.records.dose import (
    DoseFit as DoseFit,
    DoseNeed as DoseNeed,
    DosePoint as DosePoint,
    DoseResponse as DoseResponse,
)
from mgllm.records.effect import (
    ArmSummary as ArmSummary,
    Control as Control,
    Effect as Effect,
    Flips as Flips,
    Rule as Rule,
)
from mgllm.records.findings import (
    ArmBias as ArmBias,
    Calibration as Calibration,
    CalibrationBin as CalibrationBin,
    Confusion as Confusion,
    Figures as Figures,
    Gee as Gee,
    GeeTerm as GeeTerm,
    Share as Share,
    Slice as Slice,
    Summary as Summary,
)
from mgllm.records.frozen import Frozen as Frozen
from mgllm.records.gesture import (
    SOURCE_ORDER as SOURCE_ORDER,
    CueSource as CueSource,
    Exposure as Exposure,
    Gesture as Gesture,
    GestureFile as GestureFile,
    GestureLevel as GestureLevel,
    GestureTranscript as GestureTranscript,
)
from mgllm.records.item import Item as Item, SpokenWord as SpokenWord, Turn as Turn
from mgllm.records.manifest import (
    FIRST_ROLES as FIRST_ROLES,
    Pace as Pace,
    Role as Role,
    RunManifest as RunManifest,
    ScenarioManifest as ScenarioManifest,
    Shots as Shots,
    ShuffleStats as ShuffleStats,
)
from mgllm.records.probe import (
    PROBES as PROBES,
    Probe as Probe,
    ProbeSummary as ProbeSummary,
    probe_at as probe_at,
    probe_place as probe_place,
)
from mgllm.records.prompt import (
    Block as Block,
    Choice as Choice,
    Message as Message,
    Prompt as Prompt,
    Question as Question,
    Span as Span,
    prompt_sha256 as prompt_sha256,
    prompt_text as prompt_text,
)
from mgllm.records.record import Record as Record, RecordKey as RecordKey
from mgllm.records.reference import (
    Reference as Reference,
    ReferenceKind as ReferenceKind,
    References as References,
)
from mgllm.records.registration import (
    Exclusions as Exclusions,
    Expected as Expected,
    Hypothesis as Hypothesis,
    Intended as Intended,
    Registered as Registered,
    RegisteredTest as RegisteredTest,
    Registration as Registration,
    Result as Result,
)
from mgllm.records.reply import (
    AnswerToken as AnswerToken,
    CensoredReason as CensoredReason,
    LabelScores as LabelScores,
    Outcome as Outcome,
    Position as Position,
    Reply as Reply,
    Rival as Rival,
    ShownToken as ShownToken,
    Usage as Usage,
    Verdict as Verdict,
)
from mgllm.records.row_name import RowName as RowName
from mgllm.records.scenario import (
    DEFAULT_ARMS as DEFAULT_ARMS,
    CueSettings as CueSettings,
    Form as Form,
    Label as Label,
    Mask as Mask,
    Paraphrase as Paraphrase,
    PromptFiles as PromptFiles,
    Reasoning as Reasoning,
    Scenario as Scenario,
    Score as Score,
)
from mgllm.records.study import (
    StudyDesign as StudyDesign,
    StudyNeed as StudyNeed,
    StudyPlan as StudyPlan,
    StudyPoint as StudyPoint,
)
from mgllm.records.sweep import (
    Sweep as Sweep,
    SweptCell as SweptCell,
    SweptContrast as SweptContrast,
    VariancePart as VariancePart,
    VarianceSplit as VarianceSplit,
)
