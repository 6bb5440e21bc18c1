"""Tokens spelled in other ways, and values that are not log-probabilities."""

from __future__ import annotations

import math

from mgllm.testing.zoo import tokens as spelled
from mgllm.testing.zoo.animal import Keeper
from mgllm.testing.zoo.expecting import UNPARSED, answers, but
from mgllm.testing.zoo.saying import Say
from mgllm.testing.zoo.tokens import Raw, Tops

animal = Keeper("spellings")

SAD: list[Tops] = [{b"\xe6\x82": 0.90, "喜": 0.08}, {b"\xb2": 0.99}, {"伤": 0.99}]
"""悲伤 in tokens that are parts of characters, beside the beginning of 喜悦."""
PIECES: list[Tops] = [
    {"The": 0.97, "truth": 0.02},
    {" answer": 0.99},
    {" is": 0.99},
    {" deceptive": 0.95, " truthful": 0.03},
]
SENTENCE = "The answer is deceptive"
SURE = answers("deceptive", "maybe", 0.85)
SADNESS = answers("悲伤", "maybe", 0.85)


def _worth(value: object, text: str = "deceptive") -> Say:
    """A label and its rival, both with a value that is not a log-probability."""
    return Say(text, [{text: Raw(value), "deceptive": Raw(value), "truthful": Raw(value)}])


def _shaped(logprobs: object) -> Say:
    """A label whose log-probabilities have another form."""
    return Say("deceptive", choice={"logprobs": logprobs})


animal(
    "half-characters",
    "Writes a Chinese label in tokens that are parts of characters, with their bytes.",
    Say("悲伤", SAD),
    SADNESS,
    labels="zoo-joy-zh",
    report="standardcompletions/rfcs#2",
)
animal(
    "half-characters-escaped",
    "Spells parts of characters as \\xe6\\x82, without bytes.",
    Say("悲伤", SAD, spelled.escaped),
    SADNESS,
    labels="zoo-joy-zh",
    report="standardcompletions/rfcs#2",
)
animal(
    "half-characters-replaced",
    "Spells parts of characters as U+FFFD, in the bytes too.",
    Say("悲伤", SAD, spelled.replaced),
    SADNESS,
    labels="zoo-joy-zh",
    report="ollama/ollama#13497, standardcompletions/rfcs#2",
)
animal(
    "half-characters-bare",
    "Spells parts of characters as U+FFFD and gives no bytes.",
    Say("悲伤", SAD, spelled.bare),
    SADNESS,
    labels="zoo-joy-zh",
)
animal(
    "byte-fallback",
    "Spells parts of characters as <0xE6>, as Llama's vocabulary does.",
    Say("悲伤", SAD, spelled.sentencepiece),
    SADNESS,
    labels="zoo-joy-zh",
)
animal(
    "faces",
    "Writes an emoji in two tokens; its first three bytes begin the other label too.",
    Say("😢", [{b"\xf0\x9f\x98": 0.99}, {b"\xa2": 0.9, b"\x80": 0.08}]),
    answers("😢", "maybe", 0.85),
    labels="zoo-faces",
    report="ollama/ollama#13497",
)
animal(
    "byte-level",
    "Spells a space as Ġ and gives no bytes.",
    Say(SENTENCE, PIECES, spelled.byte_level),
    SURE,
)
animal(
    "sentencepiece",
    "Spells a space as ▁ and gives no bytes.",
    Say(SENTENCE, PIECES, spelled.sentencepiece),
    SURE,
    report="sgl-project/sglang#388",
)
animal(
    "leading-space",
    "Writes a label with a space before it.",
    Say(" deceptive", [{" deceptive": 0.9, " truthful": 0.08}]),
    SURE,
    report="EuroEval/EuroEval#964",
)
animal(
    "stripped-text",
    "Removes the space before the label from the text, but not from the token.",
    Say("deceptive", [{" deceptive": 0.9, " truthful": 0.08}]),
    SURE,
)
animal(
    "capitals",
    "Writes a label with a capital, in two tokens.",
    Say("Deceptive", [{"Dec": 0.9, "Truth": 0.08}, {"eptive": 0.99}]),
    SURE,
)
animal(
    "bytes-as-text",
    "Gives bytes as strings.",
    Say("deceptive", [{"deceptive": 0.9, "truthful": 0.08}], spelled.text_in_bytes),
    SURE,
)
animal(
    "bytes-of-another",
    "Gives bytes that do not belong to its tokens.",
    Say(
        "deceptive",
        [{"deceptive": 0.9, "truthful": 0.08}],
        lambda token: {**spelled.bare(token), "bytes": [0, 255, 999]},
    ),
    SURE,
)
animal(
    "sure-9999",
    "Says 'Sure', and gives −9999 for every token.",
    _worth(-9999.0, "Sure"),
    UNPARSED,
    report="davidmigloz/langchain_dart#535",
)
animal("sure-null", "Says 'Sure', and gives null for every token.", _worth(None, "Sure"), UNPARSED)
animal("sure-nan", "Says 'Sure', and gives NaN for every token.", _worth(math.nan, "Sure"), UNPARSED)
animal("sure-positive", "Says 'Sure', and gives 0.7 for every token.", _worth(0.7, "Sure"), UNPARSED)
animal("sure-zero", "Says 'Sure', and gives 0 for every token.", _worth(0.0, "Sure"), UNPARSED)
animal(
    "value-9999",
    "Answers, and gives −9999 for every token.",
    _worth(-9999.0),
    answers("deceptive"),
    report="davidmigloz/langchain_dart#535",
)
animal(
    "value-null",
    "Answers, and gives null for every token.",
    _worth(None),
    answers("deceptive"),
    report="theroyallab/tabbyAPI#430",
)
animal(
    "value-nan",
    "Answers, and gives NaN for every token.",
    _worth(math.nan),
    answers("deceptive"),
    report="exo-explore/exo#1622",
)
animal(
    "value-infinite",
    "Answers, and gives −Infinity for every token.",
    _worth(-math.inf),
    answers("deceptive"),
    report="dphnAI/sonar#219",
)
animal(
    "value-positive",
    "Answers, and gives a probability instead of its logarithm.",
    _worth(0.6997),
    answers("deceptive"),
    report="janhq/cortex.llamacpp#262, togethercomputer/openapi#5, facebookresearch/metaseq#87",
)
animal(
    "value-zero",
    "Answers, and gives 0 for every token.",
    _worth(0.0),
    answers("deceptive"),
    report="togethercomputer/together-python#250",
)
animal(
    "value-text",
    "Answers, and gives its values as strings.",
    _worth("-0.1"),
    but(answers("deceptive", "maybe")),
)
animal(
    "zero-and-9999",
    "Gives 0 for the written token and −9999 for all others, as after greedy decoding.",
    Say("deceptive", [{"deceptive": Raw(0), "truthful": Raw(-9999.0)}]),
    answers("deceptive", "maybe", 0.99),
)
animal(
    "no-rivals",
    "Gives an empty list of rivals.",
    _shaped({"content": [{"token": "deceptive", "logprob": -0.1, "bytes": None, "top_logprobs": []}]}),
    answers("deceptive"),
    report="SillyTavern/SillyTavern#4680",
)
animal(
    "only-itself",
    "Lists the written token as its only rival.",
    Say("deceptive", [{"deceptive": 0.99}]),
    answers("deceptive"),
)
animal(
    "null-token",
    "Lists null where a token should be.",
    _shaped({"content": [{"token": None, "logprob": None}]}),
    answers("deceptive"),
)
animal(
    "null-position",
    "Lists null where a position should be.",
    _shaped({"content": [None]}),
    answers("deceptive"),
)
animal(
    "null-rival",
    "Lists null among the rivals.",
    _shaped({"content": [{"token": "deceptive", "logprob": -0.1, "top_logprobs": [None, {"token": None}]}]}),
    answers("deceptive"),
)
animal(
    "no-positions",
    "Lists no token at all.",
    Say("deceptive", []),
    answers("deceptive"),
    report="jundot/omlx#1549",
)
animal("logprobs-null", "Gives null instead of log-probabilities.", _shaped(None), answers("deceptive"))
animal("logprobs-text", "Gives a string instead of log-probabilities.", _shaped("none"), answers("deceptive"))
animal(
    "logprobs-list",
    "Gives a bare list instead of log-probabilities.",
    _shaped([-0.1, -2.0]),
    answers("deceptive"),
)
animal(
    "legacy-shape",
    "Gives log-probabilities in the form of the old completions.",
    _shaped(
        {
            "tokens": ["de", "ceptive"],
            "token_logprobs": [-0.1, -0.01],
            "top_logprobs": [{"de": -0.1, "truth": -2.6}, {"ceptive": -0.01}],
        }
    ),
    SURE,
    report="togethercomputer/openapi#5",
)
animal(
    "legacy-no-rivals",
    "Gives the old form without rivals.",
    _shaped({"tokens": ["deceptive"], "token_logprobs": [-0.1], "top_logprobs": None}),
    answers("deceptive"),
)
