"""Models that reason before they answer, hidden or beside the answer."""

from __future__ import annotations

from mgllm.testing.zoo import thinking
from mgllm.testing.zoo.animal import Keeper
from mgllm.testing.zoo.expecting import NO_ANSWER, UNPARSED, answers, but
from mgllm.testing.zoo.right import ANYTHING
from mgllm.testing.zoo.saying import Say
from mgllm.testing.zoo.thinking import WRITTEN, thought

animal = Keeper("reasoning")

GIVEN = answers("deceptive", "given", 0.9)
SURE = answers("deceptive", "maybe", 0.85)

animal(
    "effort",
    "Has hidden reasoning unless the effort is none; with it, it refuses temperature and log-probabilities.",
    thinking.Thinker(),
    but(
        GIVEN,
        sends={"reasoning_effort": "none", "temperature": ANYTHING, "logprobs": True},
        omits=("max_tokens",),
    ),
    report="decolua/9router#560, UKGovernmentBEIS/inspect_ai#5467",
)
animal(
    "effort-minimal",
    "The same, without the effort none: minimal is the lowest.",
    thinking.Thinker(("minimal", "low", "medium", "high")),
    but(
        answers("deceptive"),
        sends={"reasoning_effort": "minimal"},
        omits=("temperature",),
        fields={"reasoning_tokens": 600},
    ),
    report="Kilo-Org/cloud#3807",
)
animal(
    "effort-low",
    "Allows only the efforts low, medium and high, and spends nine hundred tokens on the lowest.",
    thinking.Thinker(("low", "medium", "high"), 900),
    but(
        answers("deceptive"),
        sends={"reasoning_effort": "low"},
        says=("reason",),
        fields={"reasoning_tokens": 900},
    ),
    report="router-for-me/CLIProxyAPI#4380",
)
animal(
    "effort-unknown",
    "Always reasons, and has no parameter for it.",
    thinking.Thinker((), 700),
    but(
        answers("deceptive"),
        omits=("reasoning_effort", "temperature", "max_tokens"),
        fields={"reasoning_tokens": 700},
    ),
    report="IBM/chuk-llm#3, teilomillet/gollm#33",
)
animal(
    "effort-clamped",
    "Accepts every effort silently, and reasons nevertheless.",
    thinking.clamped,
    but(answers("deceptive"), says=("reason",), fields={"reasoning_tokens": 350}),
    report="router-for-me/CLIProxyAPI#4380",
)
animal(
    "effort-mandatory",
    "Refuses to switch off reasoning, without the name of a parameter.",
    thinking.mandatory,
    answers("deceptive"),
    report="earendil-works/pi#4316",
)
animal(
    "effort-endless",
    "Spends every cap on hidden reasoning: it never answers, and the record says why.",
    lambda ask: thinking.think(ask, 10**6),
    but(UNPARSED, hint="max-tokens|reason", says=("reason|max-tokens",)),
    report="UKGovernmentBEIS/inspect_ai#5467, The-PR-Agent/pr-agent#2631",
)
animal(
    "template",
    "Thinks in a separate field unless chat_template_kwargs has enable_thinking false.",
    thinking.templated,
    but(GIVEN, sends={"chat_template_kwargs": {"enable_thinking": False}}),
    server="vllm",
    report="vllm-project/vllm#20976",
)
animal(
    "template-sglang",
    "The same with SGLang.",
    thinking.strict_template,
    but(GIVEN, sends={"chat_template_kwargs": {"enable_thinking": False}}),
    server="sglang",
    report="sgl-project/sglang#20573",
)
animal(
    "template-unnamed",
    "The same if the user does not say which server it is: then thoughts get enough room.",
    thinking.templated,
    SURE,
    report="run-llama/llama_index#18635",
)
animal(
    "ollama",
    "Thinks in a separate field unless the effort is none.",
    thinking.ollama,
    but(GIVEN, sends={"reasoning_effort": "none"}),
    server="ollama",
    report="waybarrios/vllm-mlx#85",
)
animal(
    "claude",
    "Thinks by default, and silently ignores log-probabilities, seed and effort.",
    thinking.claude,
    answers("deceptive"),
)
animal(
    "gemini",
    "Thinks by default, refuses log-probabilities and seed, and counts thoughts only in the total.",
    thinking.gemini,
    but(answers("deceptive"), omits=("logprobs", "seed")),
    report="mscraftsman/generative-ai#135, project-arbr/arbr-control-plane#253",
)
animal(
    "thoughts-cut",
    "Is cut in thoughts that are in the content; their tokens name a label.",
    Say(
        "<think>\nThe person seems deceptive",
        [{"<think>": 1.0}, {"deceptive": 0.5, "truthful": 0.5}, {" seems": 0.9}, WRITTEN],
        finish="length",
    ),
    but(UNPARSED, hint="max-tokens|thought|reason"),
)
animal(
    "content-null",
    "Gives thoughts in a separate field, and no content, although the cap is not reached.",
    Say(
        None,
        [WRITTEN],
        message={"reasoning_content": "The person seems deceptive."},
        usage={"completion_tokens": 9},
    ),
    but(NO_ANSWER, hint="reason|thought|think"),
    report="Metaculus/forecasting-tools#278, NVIDIA-NeMo/Guardrails#2317",
)
animal(
    "content-empty",
    "Gives thoughts in a field called reasoning, and an empty content.",
    Say("", "silent", message={"reasoning": "Surely deceptive."}),
    but(NO_ANSWER, hint="reason|thought|think"),
    report="QwenLM/qwen-code#3421",
)
animal(
    "counted-inside",
    "Counts thoughts under completion_tokens_details, and cached tokens under prompt_tokens_details.",
    Say(
        "deceptive",
        usage={
            "completion_tokens_details": {"reasoning_tokens": 40},
            "prompt_tokens_details": {"cached_tokens": 12},
        },
    ),
    but(SURE, fields={"reasoning_tokens": 40, "cached_tokens": 12}),
)
animal(
    "counted-beside",
    "Counts thoughts beside the other counts.",
    thought(40, reasoning_tokens=40),
    but(SURE, fields={"reasoning_tokens": 40}),
)
animal(
    "counted-as-output",
    "Counts thoughts under output_tokens_details.",
    thought(40, output_tokens_details={"reasoning_tokens": 40}),
    but(SURE, fields={"reasoning_tokens": 40}),
    report="Arize-ai/openinference#3053",
)
animal(
    "counted-null",
    "Gives null for the details of its counts.",
    thought(0, completion_tokens_details=None, prompt_tokens_details=None),
    but(SURE, fields={"reasoning_tokens": None, "cached_tokens": None}),
    report="kortix-ai/suna#1830, kubernetes-sigs/inference-perf#664",
)
animal(
    "cache-hits",
    "Counts cached tokens as DeepSeek does.",
    Say("deceptive", "silent", usage={"prompt_cache_hit_tokens": 12, "prompt_cache_miss_tokens": 100}),
    but(SURE, fields={"cached_tokens": 12}),
)
