"""Words that name a label without answering, and answers in all forms that people have reported."""

from __future__ import annotations

from mgllm.testing.zoo.animal import Keeper
from mgllm.testing.zoo.expecting import NO_ANSWER, UNPARSED, answers, but, may
from mgllm.testing.zoo.saying import Say

animal = Keeper("words")

ANSWERED = answers("deceptive", "maybe")
DOUBTED = may("deceptive")


def _hedge(name: str, what: str, text: str) -> None:
    """No answer."""
    animal(name, what, Say(text), UNPARSED)


def _says(name: str, what: str, text: str) -> None:
    """An answer."""
    animal(name, what, Say(text), ANSWERED)


_hedge("either", "Leaves both labels open.", "Either truthful or deceptive.")
_hedge("neither", "Denies both labels.", "Neither truthful nor deceptive.")
_hedge("both", "Gives both labels.", "The person is truthful and deceptive at once.")
_hedge("slash", "Writes both labels with a slash.", "truthful/deceptive")
_hedge("half-half", "Gives both labels the same share.", "50% truthful, 50% deceptive")
_hedge("possibly", "Calls both labels possible.", "Possibly truthful, possibly deceptive.")
_hedge("echo", "Repeats the list of labels.", "Answer with exactly one of these: truthful, deceptive.")
_hedge("asks-back", "Asks which label is meant.", "Do you want me to choose between truthful and deceptive?")
_hedge("open-question", "Asks about a label and leaves it open.", "Is she deceptive? That is hard to tell.")
_hedge("unrelated", "Speaks of something else.", "The witness left the office a little after six.")
_hedge("unsure", "Does not know.", "I am not sure.")
_hedge("dots", "Writes three dots.", "...")
_hedge("longer-word", "Writes a longer word that contains a label.", "Her untruthfulness is well known.")
_hedge(
    "adverb", "Writes an adverb that begins with a label.", "He spoke truthfully or deceptively, who knows."
)

_says("capital", "Writes a label in capitals.", "DECEPTIVE")
_says("stop", "Puts a full stop after the label.", "deceptive.")
_says("bold", "Writes the label in bold.", "**deceptive**")
_says("underlined", "Writes the label between underscores.", "_deceptive_")
_says("code", "Writes the label as code.", "`deceptive`")
_says("heading", "Writes the label as a heading.", "# Deceptive")
_says("bullet", "Writes the label as an item of a list.", "- deceptive")
_says("boxed", "Puts the label into a LaTeX box.", "\\boxed{deceptive}")
_says("boxed-text", "Puts the label into a box and a text in LaTeX.", "$\\boxed{\\text{deceptive}}$")
_says("tagged", "Puts the label between tags.", "<answer>deceptive</answer>")
_says("answer-is", "Says what the answer is.", "The answer is: deceptive.")
_says(
    "final-answer",
    "Gives a final answer and its reason.",
    "Final answer: deceptive, because the story has gaps.",
)
animal(
    "last-answer",
    "Corrects its answer.",
    Say("Answer: truthful\nOn a second look at the gestures:\nAnswer: deceptive"),
    DOUBTED,
)
_says("late-answer", "Weighs both labels, then answers.", "It sounds truthful at first. Answer: deceptive")
_says(
    "first-line",
    "Writes the label on a separate line, then weighs both.",
    "deceptive\n\nThe person looks truthful at first, yet the story has gaps.",
)
_says("blank-lines", "Writes blank lines around the label.", "\n\n  deceptive  \n\n")
_says("sentence", "Names one label in a sentence.", "This person is being deceptive.")
_says("not-the-other", "Answers, and rejects the other label.", "Answer: deceptive, not truthful")
_says("label-key", "Answers as JSON under the key label.", '{"label": "deceptive"}')
_says("answer-key", "Answers as JSON with more keys.", '{"confidence": 0.9, "answer": "deceptive"}')
_says(
    "answer-why",
    "Answers as JSON; the reason names the other label.",
    '{"answer": "deceptive", "why": "not truthful"}',
)
_says(
    "why-answer",
    "Answers as JSON after a reason that names the other label.",
    '{"why": "truthful at first", "answer": "deceptive"}',
)
_says("fenced", "Answers as JSON in a fence.", '```json\n{"answer": "deceptive"}\n```')
_says("chatty-json", "Answers as JSON after a sentence.", 'Here is my answer:\n{"answer": "deceptive"}')
animal(
    "rather",
    "Prefers one label to the other.",
    Say("I would say deceptive rather than truthful."),
    DOUBTED,
)
animal(
    "json-flags",
    "Answers as JSON with a flag for each label.",
    Say('{"truthful": false, "deceptive": true}'),
    DOUBTED,
)
animal(
    "json-shares",
    "Answers as JSON with a share for each label.",
    Say('{"truthful": 0.2, "deceptive": 0.8}'),
    DOUBTED,
)
animal("single-quotes", "Answers as a Python dictionary.", Say("{'answer': 'deceptive'}"), DOUBTED)
animal("yaml", "Answers as YAML.", Say("label: deceptive\nconfidence: high"), DOUBTED)
animal("xml", "Answers as XML.", Say("<result><label>deceptive</label></result>"), DOUBTED)
animal("emphatic", "Stretches a label.", Say("Deceptive!!!"), ANSWERED)

_hedge("json-null", "Answers null as JSON.", '{"answer": null}')
_hedge("json-both", "Answers with a list of both labels.", '{"answer": ["truthful", "deceptive"]}')
_hedge(
    "json-unknown",
    "Answers unknown, and lists the labels.",
    '{"answer": "unknown", "options": ["truthful", "deceptive"]}',
)
_hedge(
    "json-schema",
    "Repeats a schema instead of an answer.",
    '{"answer": {"enum": ["truthful", "deceptive"]}}',
)
_hedge("json-empty", "Answers an empty object.", "{}")
animal(
    "json-cut",
    "Stops in the middle of its JSON.",
    Say('{"answer": "decept'),
    UNPARSED,
)
animal(
    "cut-after-label",
    "Is cut at the cap, directly after a label: what would have followed is unknown.",
    Say("deceptive", finish="length"),
    but(UNPARSED, hint="max-tokens"),
)
animal(
    "tool",
    "Calls a tool instead of answering.",
    Say(
        None,
        "silent",
        finish="tool_calls",
        message={
            "tool_calls": [
                {
                    "id": "1",
                    "type": "function",
                    "function": {"name": "judge", "arguments": '{"label": "deceptive"}'},
                }
            ]
        },
    ),
    NO_ANSWER,
)
