"""Letters instead of labels, and labels in scripts other than Latin or in unusual characters."""

from __future__ import annotations

from unicodedata import normalize

from mgllm.testing.zoo.animal import Keeper
from mgllm.testing.zoo.expecting import REFUSED, UNPARSED, answers, may
from mgllm.testing.zoo.right import Right
from mgllm.testing.zoo.saying import Say

animal = Keeper("scripts")


def _letter(name: str, text: str, right: Right, report: str = "none known") -> None:
    """A reply to a question whose ten labels are offered as letters: B is prejudice, I is
    interest."""
    animal(
        f"letter-{name}",
        f"Offered ten letters, says '{text}'.",
        Say(text),
        right,
        labels="zoo-ten",
        report=report,
    )


SECOND = answers("prejudice", "maybe")
ANSWERED = answers("deceptive", "maybe")

_letter("capital", "B", SECOND)
_letter("small", "b", SECOND, "EleutherAI/lm-evaluation-harness#4188")
_letter("stated", "Answer: b", SECOND, "EleutherAI/lm-evaluation-harness#4188")
_letter("brackets", "(B)", SECOND)
_letter("stop", "B.", SECOND)
_letter("with-label", "B. prejudice", SECOND)
_letter("bold", "**B**", SECOND)
_letter("bracket-label", "B) prejudice", SECOND)
_letter("sentence", "The answer is B because a car moves.", SECOND, "EleutherAI/lm-evaluation-harness#4188")
_letter("colon", "A calm voice and a smile: B", may("prejudice"))
_letter("boxed", "\\boxed{B}", SECOND, "NVIDIA-NeMo/Skills#537")
_letter("json", '{"answer": "B"}', SECOND)
_letter("label-alone", "prejudice", SECOND)
_letter("label-longer", "indifference", answers("indifference", "maybe"))
_letter("pronoun", "I can't judge that.", REFUSED)
_letter("article", "A person speaks.", UNPARSED)
_letter("seems", "Answer seems hard to give.", UNPARSED, "groq/openbench#348")
_letter("two", "A or B", UNPARSED)
_letter("denied", "Not B", UNPARSED)
_letter("eliminated", "Answer: It is not B, the answer is D", may("angst"), "antirez/ds4#321")
_letter("contradiction", "B. anger", UNPARSED)
_letter("beyond", "Z", UNPARSED)


def _script(name: str, what: str, text: str, right: Right, labels: str) -> None:
    """A reply to a question whose labels are in another script."""
    animal(f"script-{name}", what, Say(text), right, labels=labels)


_script("zh", "Gives a Chinese label.", "悲伤", answers("悲伤", "maybe"), "zoo-joy-zh")
_script(
    "zh-sentence",
    "Gives a Chinese label in a sentence without spaces.",
    "我认为答案是悲伤。",
    answers("悲伤", "maybe"),
    "zoo-joy-zh",
)
_script(
    "zh-stated", "States a Chinese label as its answer.", "答案：悲伤", answers("悲伤", "maybe"), "zoo-joy-zh"
)
_script("zh-both", "Names both Chinese labels.", "可能是喜悦，也可能是悲伤。", UNPARSED, "zoo-joy-zh")
_script(
    "ja-sentence",
    "Gives a Japanese label in a sentence.",
    "答えは悲しいです。",
    answers("悲しい", "maybe"),
    "zoo-joy-ja",
)
_script(
    "ko-particle", "Gives a Korean label with an ending.", "정답은 슬픔입니다.", may("슬픔"), "zoo-joy-ko"
)
_script(
    "th-sentence",
    "Gives a Thai label in a sentence without spaces.",
    "คำตอบคือเครียดครับ",
    may("เครียด"),
    "zoo-joy-th",
)
_script("hi", "States a Hindi label as its answer.", "उत्तर: हार", answers("हार", "maybe"), "zoo-win-hi")
_script(
    "hi-longer", "Writes a longer Hindi word that begins with a label.", "हार्दिक बधाई", UNPARSED, "zoo-win-hi"
)
_script(
    "he",
    "States a Hebrew label, with direction marks.",
    "התשובה: \u200fלחוץ\u200f",
    answers("לחוץ", "maybe"),
    "zoo-calm-he",
)
_script("ar", "Gives an Arabic label.", "متوتر.", answers("متوتر", "maybe"), "zoo-calm-ar")
_script("ru", "Gives a Russian label with a capital.", "Лживый", answers("лживый", "maybe"), "zoo-honest-ru")
_script("emoji", "States an emoji as its answer.", "Answer: 😢", answers("😢", "maybe"), "zoo-faces")
_script("emoji-alone", "Gives an emoji.", "😢", answers("😢", "maybe"), "zoo-faces")
_script("emoji-sentence", "Gives an emoji after a sentence.", "She looks down 😢", may("😢"), "zoo-faces")
_script("emoji-both", "Gives both emoji.", "😀😢", UNPARSED, "zoo-faces")
_script(
    "accents",
    "Writes an accent as a separate character.",
    normalize("NFD", "sincère"),
    answers("sincère", "maybe"),
    "zoo-honest-fr",
)
_script(
    "pl",
    "Gives a Polish label in a sentence.",
    "Odpowiedź: fałszywa",
    answers("fałszywa", "maybe"),
    "zoo-honest-pl",
)
_script("tr", "Gives a Turkish label.", "Yalancı", answers("yalancı", "maybe"), "zoo-honest-tr")

animal("full-width", "Writes a label in full-width letters.", Say("ｄｅｃｅｐｔｉｖｅ"), ANSWERED)
animal("soft-hyphen", "Writes a soft hyphen inside a label.", Say("decep\u00adtive"), ANSWERED)
animal(
    "zero-width", "Writes zero-width characters around a label.", Say("\u200bdeceptive\u200b\ufeff"), ANSWERED
)
animal("no-break-space", "Writes non-breaking spaces.", Say("Answer:\u00a0deceptive\u202f."), ANSWERED)
animal(
    "line-separator",
    "Writes a line separator that is not a new line.",
    Say("deceptive\u2028\u2029"),
    ANSWERED,
)
animal("styled-letters", "Writes a label in mathematical letters.", Say("𝐝𝐞𝐜𝐞𝐩𝐭𝐢𝐯𝐞"), may("deceptive"))
animal("look-alikes", "Writes a label with letters of another alphabet.", Say("dесерtive"), UNPARSED)
