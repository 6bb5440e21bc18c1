"""Probabilities at a token where the model did not answer."""

from __future__ import annotations

from mgllm.testing.zoo.animal import Keeper
from mgllm.testing.zoo.expecting import REFUSED, answers, but, may
from mgllm.testing.zoo.saying import Say
from mgllm.testing.zoo.tokens import Tops, tokens_of

animal = Keeper("scores")

WRITTEN: Tops = {"deceptive": 0.9, "truthful": 0.08}
MIDWAY: Tops = {" deceptive": 0.95, " truthful": 0.03}
OPENING: Tops = {"The": 0.97, "Based": 0.02, "truth": 0.002, "I": 0.001}
SURE = answers("deceptive", "maybe", 0.85)
"""Probabilities from the token where the answer is written, or none."""

animal(
    "tame",
    "Answers with one word and shows the probabilities of both labels there: nothing is wrong.",
    Say("deceptive", [WRITTEN]),
    answers("deceptive", "given", 0.9, 0.94),
)
animal(
    "preamble",
    "Writes a preamble; at its first token a beginning of the other label is shown.",
    Say("The answer is deceptive", [OPENING, {" answer": 0.99}, {" is": 0.99}, MIDWAY]),
    SURE,
    report="EuroEval/EuroEval#882",
)
animal(
    "preamble-bold",
    "Writes the word Answer in bold before the answer.",
    Say("**Answer:** deceptive", [{"**": 0.7, "truth": 0.2}, {"Answer": 0.9}, {":**": 0.9}, MIDWAY]),
    SURE,
)
animal(
    "preamble-long",
    "Writes a dozen words before the label.",
    Say(
        "Based on the words and the way they are said, I would call this statement deceptive.",
        tokens_of(
            "Based on the words and the way they are said, I would call this statement deceptive.",
            {"Based": {"truthful": 0.06}, "deceptive": {" truthful": 0.04}},
        ),
    ),
    SURE,
)
animal(
    "preamble-de",
    "Introduces an English label in German.",
    Say(
        "Die Antwort lautet: deceptive", tokens_of("Die Antwort lautet: deceptive", {"Die": {"truth": 0.08}})
    ),
    SURE,
)
animal(
    "preamble-fr",
    "Introduces an English label in French, with a space before the colon.",
    Say("Réponse : deceptive", tokens_of("Réponse : deceptive", {"Réponse": {"truth": 0.08}})),
    SURE,
)
animal(
    "preamble-zh",
    "Introduces an English label in Chinese, with a full-width colon.",
    Say("答案是：deceptive", [{"答案": 0.8, "truth": 0.1}, {"是": 0.9}, {"：": 0.9}, WRITTEN]),
    SURE,
)
animal(
    "preamble-ja",
    "Puts an English label between Japanese letters, without spaces.",
    Say("答えはdeceptiveです", [{"答え": 0.8, "truth": 0.1}, {"は": 0.9}, WRITTEN, {"です": 0.9}]),
    may("deceptive", least=0.85),
)
animal(
    "change-of-mind",
    "Asks itself about one label, denies it and states the other as its answer.",
    Say(
        "Truthful? No. Answer: deceptive",
        [{"Truthful": 0.9, "deceptive": 0.05}, {"? No.": 0.9}, {" Answer": 0.9}, {":": 0.9}, MIDWAY],
    ),
    SURE,
)
animal(
    "refusal-scored",
    "Refuses; at its first token the beginning of a label is shown.",
    Say(
        "I can't judge this.", [{"I": 0.96, "truth": 0.02}, {" can't": 0.9}, {" judge": 0.9}, {" this.": 0.9}]
    ),
    REFUSED,
)
animal(
    "as-an-ai",
    "Refuses with a first word that begins a label.",
    Say(
        "As an AI I cannot answer that.",
        [{"As": 0.95, "p": 0.02}, *tokens_of(" an AI I cannot answer that.")],
    ),
    REFUSED,
    labels="zoo-ashamed",
)
animal(
    "not-truthful",
    "Denies a label; at its own token the label is almost certain.",
    Say("not truthful", [{"not": 0.6, "deceptive": 0.3}, {" truthful": 0.9, " deceptive": 0.05}]),
    may("deceptive"),
)
animal(
    "he-is-calm",
    "Begins with a word that begins the other label.",
    Say(
        "He is calm.", [{"He": 0.7, "calm": 0.2}, {" is": 0.9}, {" calm": 0.9, " hesitant": 0.05}, {".": 0.9}]
    ),
    answers("calm", "maybe", 0.85),
    labels="zoo-calm",
    report="EuroEval/EuroEval#2179",
)
animal(
    "shared-letter",
    "Writes a label of two tokens whose first fits both labels.",
    Say("tense", [{"t": 0.9, "te": 0.05}, {"ense": 0.97, "ruthful": 0.02}]),
    answers("tense", "maybe", 0.9),
    labels="zoo-tense",
    report="EuroEval/EuroEval#806, EuroEval/EuroEval#862",
)
animal(
    "shared-beginning",
    "Is asked about labels with the same beginning, and writes one whose first token fits both.",
    Say("reserved", [{"re": 0.99}, {"served": 0.9, "laxed": 0.08}]),
    answers("reserved", "maybe", 0.85),
    labels="zoo-relaxed",
    report="EuroEval/EuroEval#862",
)
animal(
    "longer-label",
    "Writes a label that begins with the other one.",
    Say("winner", [{"win": 0.97, "The": 0.02}, {"ner": 0.95, "<|im_end|>": 0.04}, {"<|im_end|>": 0.99}]),
    answers("winner", "maybe", 0.5),
    labels="zoo-winner",
)
animal(
    "one-candidate",
    "Shows one candidate at the first of a label's tokens, the other label's beginning at the second.",
    Say("deceptive", [{"de": 1.0}, {"ceptive": 0.96, "truth": 0.03}]),
    SURE,
)
animal(
    "nothing-shown",
    "Shows neither label among the most probable tokens.",
    Say("deceptive", [{"deceptive": 0.001, "The": 0.6, "It": 0.2, "Based": 0.1}]),
    but(answers("deceptive"), fields={"censored": True}),
    report="ollama/ollama#18579",
)
animal(
    "rival-not-shown",
    "Shows the label that it writes, and not the other one.",
    Say("deceptive", [{"deceptive": 0.97, "Answer": 0.02, "The": 0.005}]),
    but(answers("deceptive"), fields={"censored": True}),
    report="ollama/ollama#18579",
)
animal(
    "unlikely",
    "Writes an improbable label; both labels together have less than a hundredth.",
    Say("deceptive", [{"deceptive": 0.004, "The": 0.97, "Based": 0.02, "truthful": 0.003}]),
    but(answers("deceptive"), fields={"censored": True}),
)
animal(
    "tie",
    "Gives both labels the same probability, and writes one.",
    Say("deceptive", [{"deceptive": 0.48, "truthful": 0.48}]),
    answers("deceptive", "maybe", 0.49, 0.51),
)
animal(
    "against-its-own-odds",
    "Writes the less probable label: the written words decide.",
    Say("deceptive", [{"deceptive": 0.2, "truthful": 0.75}]),
    answers("deceptive", "maybe", 0.15, 0.3),
)
animal(
    "several-spellings",
    "Shows a label in three spellings, which belong together.",
    Say("deceptive", [{"deceptive": 0.3, " deceptive": 0.3, "Deceptive": 0.3, "truthful": 0.09}]),
    answers("deceptive", "maybe", 0.88, 0.93),
)
animal(
    "quoted",
    "Puts the label into quotes.",
    Say('"deceptive"', [{'"': 0.9, "truthful": 0.05}, WRITTEN, {'"': 0.99}]),
    SURE,
)
animal(
    "json-scored",
    "Writes JSON; the label begins at its third token.",
    Say(
        '{"answer": "deceptive"}',
        [
            {'{"': 0.9, "truth": 0.05},
            {'answer": "': 0.9},
            {"de": 0.9, "truth": 0.08},
            {"ceptive": 0.99},
            {'"}': 1},
        ],
    ),
    SURE,
)
animal(
    "reasoning-first",
    "Lists the tokens of its thoughts before those of the answer; the thoughts name the other label.",
    Say(
        "deceptive",
        [{"<think>": 1.0}, {"truthful": 0.9, "deceptive": 0.05}, {"?": 0.9}, {"</think>": 0.9}, WRITTEN],
        message={"reasoning_content": "truthful?"},
    ),
    SURE,
    report="sgl-project/sglang#25055, sgl-project/sglang#28456",
)
animal(
    "reasoning-only-tokens",
    "Lists the tokens of its thoughts and none of the answer.",
    Say(
        "deceptive",
        [{"truthful": 0.9, "deceptive": 0.05}, {" or": 0.9}, {" not": 0.9}],
        message={"reasoning_content": "truthful or not"},
    ),
    answers("deceptive"),
    report="sgl-project/sglang#25055",
)
animal(
    "thought-repeats-label",
    "Names the label in its thoughts, too, where the other label was more probable; all tokens are listed.",
    Say(
        "deceptive",
        [{"deceptive": 0.3, "truthful": 0.65}, {"</think>": 0.99}, {"\n\n": 0.99}, WRITTEN],
        message={"reasoning_content": "deceptive"},
    ),
    SURE,
    report="sgl-project/sglang#28456",
)
animal(
    "list-too-short",
    "Leaves out the last token.",
    Say("deceptive", [{"de": 0.9, "truth": 0.08}]),
    SURE,
)
animal(
    "list-begins-late",
    "Leaves out the first token.",
    Say("The answer is deceptive", [{" answer": 0.9, "truth": 0.08}, {" is": 0.9}, MIDWAY]),
    SURE,
)
animal(
    "tokens-of-another-text",
    "Lists the tokens of another answer.",
    Say("deceptive", [{"truthful": 0.95, "deceptive": 0.03}]),
    answers("deceptive"),
    report="ggml-org/llama.cpp#4166, EleutherAI/delphi#47",
)
animal(
    "tokens-merged",
    "Lists one position for two tokens that came together, with the first one's rivals.",
    Say("deceptive.", [{"dec": 0.9, "truth": 0.08}, {"deceptive.": 0.5, ".": 0.4}]),
    SURE,
    report="theroyallab/tabbyAPI#141",
)
animal(
    "end-token",
    "Lists the end of the turn, which is not in the text.",
    Say("deceptive", [WRITTEN, {"<|im_end|>": 0.99, "truthful": 0.005}]),
    SURE,
)
animal(
    "begin-token",
    "Lists an empty first token with a high probability.",
    Say("deceptive", [{"": 1.0, "truthful": 0.001}, WRITTEN]),
    SURE,
    report="mlc-ai/mlc-llm#3150",
)
