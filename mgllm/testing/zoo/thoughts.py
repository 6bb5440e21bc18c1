"""Thoughts in the text of the answer: they name one label, and the answer after them the other."""

from __future__ import annotations

from mgllm.testing.zoo.animal import Keeper
from mgllm.testing.zoo.expecting import UNPARSED, answers, but, may
from mgllm.testing.zoo.saying import Say

animal = Keeper("thoughts")

DOUBT = "The person looks calm, so the answer is truthful. But the story has gaps."
ANSWERED = answers("deceptive", "maybe")


def within(begin: str, end: str, answer: str = "deceptive") -> Say:
    """Thoughts between two markers, and an answer after them."""
    return Say(f"{begin}{DOUBT}{end}{answer}")


animal("think", "Thinks between <think> and </think>.", within("<think>\n", "\n</think>\n\n"), ANSWERED)
animal("think-capitals", "Thinks between <THINK> and </THINK>.", within("<THINK>", "</THINK>"), ANSWERED)
animal(
    "think-closed-only",
    "Opens its thoughts in the prompt, so that only </think> is in the content.",
    within("", "\n</think>\n\n"),
    ANSWERED,
    report="vllm-project/vllm#12999, vllm-project/vllm#13125, perplexityai/api-discussion#177",
)
animal(
    "think-open-only",
    "Never closes its thoughts, and stops.",
    Say(f"<think>\n{DOUBT}"),
    UNPARSED,
    report="sgl-project/sglang#4711",
)
animal(
    "think-empty", "Thinks nothing between its markers.", Say("<think>\n\n</think>\n\ndeceptive"), ANSWERED
)
animal(
    "think-twice",
    "Thinks twice.",
    Say(f"<think>{DOUBT}</think>\n<think>{DOUBT}</think>\ndeceptive"),
    ANSWERED,
)
animal(
    "think-nested",
    "Names its own closing marker in its thoughts.",
    Say(f"<think>I must write </think> at the end. {DOUBT}</think>\n\ndeceptive"),
    may("deceptive"),
    report="ggml-org/llama.cpp#27661",
)
animal(
    "think-attribute",
    "Opens its thoughts with an attribute.",
    within('<think type="deep">', "</think>"),
    may("deceptive"),
)
animal(
    "think-all",
    "Thinks, closes its thoughts and says nothing.",
    within("<think>", "</think>", ""),
    but(UNPARSED, outcomes=("unparsed", "failed")),
    report="altic-dev/FluidVoice#431",
)
animal(
    "thinking",
    "Thinks between <thinking> and </thinking>.",
    within("<thinking>", "</thinking>\n"),
    ANSWERED,
    report="QwenLM/qwen-code#10791",
)
animal(
    "reasoning-tag",
    "Thinks between <reasoning> and </reasoning>.",
    within("<reasoning>", "</reasoning>\n"),
    ANSWERED,
)
animal(
    "thought-tag",
    "Thinks between <thought> and </thought>.",
    within("<thought>", "</thought>\n"),
    ANSWERED,
    report="Chevey339/kelivo#450",
)
animal(
    "mm-think",
    "Thinks between <mm:think> and </mm:think>.",
    within("<mm:think>", "</mm:think>\n"),
    may("deceptive"),
    report="getkimchi/kimchi#598",
)
animal(
    "seed-think",
    "Thinks between <seed:think> and </seed:think>.",
    within("<seed:think>", "</seed:think>"),
    may("deceptive"),
)
animal(
    "bracket-think",
    "Thinks between [THINK] and [/THINK].",
    within("[THINK]", "[/THINK]"),
    ANSWERED,
    report="ml-explore/mlx-lm#1867",
)
animal("bracket-closed-only", "Only closes its thoughts, with [/THINK].", within("", "[/THINK]"), ANSWERED)
animal(
    "kimi",
    "Thinks between ◁think▷ and ◁/think▷.",
    within("◁think▷", "◁/think▷"),
    ANSWERED,
    report="sgl-project/sglang#9192",
)
animal(
    "kimi-closed-only",
    "Only closes its thoughts, with ◁/think▷.",
    within("", "◁/think▷"),
    ANSWERED,
    report="skalesapp/skales#166",
)
animal(
    "kimi-open-only",
    "Opens its thoughts with ◁think▷ and never closes them.",
    Say(f"◁think▷{DOUBT}"),
    UNPARSED,
)
animal(
    "channels",
    "Writes gpt-oss's channels into the content.",
    within("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ANSWERED,
    report="ml-explore/mlx-lm#1867, kekzl/imp#768",
)
animal(
    "channels-returned",
    "Writes gpt-oss's channels with the token that ends the turn.",
    within(
        "<|start|>assistant<|channel|>analysis<|message|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
        "deceptive<|return|>",
    ),
    ANSWERED,
    report="NousResearch/hermes-agent#62680",
)
animal(
    "channels-commentary",
    "Writes a channel of commentary between the thoughts and the answer.",
    Say(
        f"<|channel|>analysis<|message|>{DOUBT}<|end|>"
        "<|start|>assistant<|channel|>commentary<|message|>I lean to truthful.<|end|>"
        "<|start|>assistant<|channel|>final<|message|>deceptive"
    ),
    ANSWERED,
    report="odysseus-dev/odysseus#4522",
)
animal(
    "channels-unfinished",
    "Writes the channel of thoughts and no final channel.",
    Say(f"<|channel|>analysis<|message|>{DOUBT}<|end|>"),
    UNPARSED,
    report="scouzi1966/maclocal-api#121",
)
animal(
    "channels-stripped",
    "Writes gpt-oss's channels without their marks.",
    Say(f"analysis{DOUBT}assistantfinaldeceptive"),
    may("deceptive"),
    report="Augustas11/macprovider#743",
)
animal(
    "channel-gemma",
    "Writes Gemma's channel of thoughts into the content.",
    within("<|channel>thought\n", "<channel|>"),
    may("deceptive"),
    report="kekzl/imp#768",
)
animal(
    "begin-of-thought",
    "Writes thought and solution between separate markers.",
    within("<|begin_of_thought|>", "<|end_of_thought|>", "<|begin_of_solution|>deceptive<|end_of_solution|>"),
    may("deceptive"),
)
animal(
    "start-thinking",
    "Writes thought and response between separate markers.",
    within("<|START_THINKING|>", "<|END_THINKING|>", "<|START_RESPONSE|>deceptive<|END_RESPONSE|>"),
    may("deceptive"),
)
animal(
    "in-sentences",
    "Announces its thoughts and its response in plain sentences.",
    within("Here is my thought process: ", "\n\nHere is my response:\n\n"),
    may("deceptive"),
)
animal(
    "unknown-marker",
    "Thinks between unknown markers.",
    within("<|ponder|>", "<|/ponder|>"),
    UNPARSED,
)
animal(
    "unknown-brackets",
    "Thinks between unknown brackets.",
    within("⟦musing⟧ ", " ⟦end of musing⟧ "),
    may("deceptive"),
)
animal(
    "parts",
    "Gives its content in parts, the first of which is a thought.",
    Say(
        None,
        "silent",
        message={
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": DOUBT}]},
                {"type": "text", "text": "deceptive"},
            ]
        },
    ),
    ANSWERED,
    report="vercel/ai#8072, n8n-io/n8n#20249",
)
animal(
    "parts-with-text",
    "Gives thoughts as a part with a text like any other part.",
    Say(
        None,
        "silent",
        message={"content": [{"type": "reasoning", "text": DOUBT}, {"type": "text", "text": "deceptive"}]},
    ),
    ANSWERED,
)
