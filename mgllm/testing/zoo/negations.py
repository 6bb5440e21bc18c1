"""Labels that are denied: unparsed, or the other label if there are two."""

from __future__ import annotations

from mgllm.testing.zoo.animal import Keeper
from mgllm.testing.zoo.expecting import answers, may
from mgllm.testing.zoo.saying import Say

animal = Keeper("negations")


def _deny(name: str, text: str, other: str, labels: str = "deception", what: str = "") -> None:
    """A denied label; `other` is the one that may be read."""
    does = what or f"Says '{text}'."
    animal(f"denies-{name}", does, Say(text), may(other, least=0.0), labels=labels)


_deny("thought", "I don't think she is deceptive.", "truthful")
_deny("belief", "I do not believe that this person is truthful.", "deceptive")
_deny("ability", "He can't be truthful.", "deceptive")
_deny("not-at-all", "not at all truthful", "deceptive")
_deny("far-from", "far from truthful", "deceptive")
_deny("hardly", "This is hardly truthful.", "deceptive")
_deny("anything-but", "anything but truthful", "deceptive")
_deny("evidence", "There is no evidence that the speaker is deceptive.", "truthful")
_deny("sign", "I see no sign of this person being deceptive.", "truthful")
_deny("isnt", "She isn’t being truthful here.", "deceptive")
_deny("less-than", "The statement is less than truthful.", "deceptive")
_deny("rule-out", "I would rule out deceptive.", "truthful")
_deny("without", "He tells it without being deceptive.", "truthful", what="Denies a label with 'without'.")
_deny("failed", "The player failed to win.", "lose", "emotion")
_deny("unlikely", "They are unlikely to win.", "lose", "emotion")
_deny("never", "She will never win.", "lose", "emotion")
_deny("win-win", "It was a win-win for everybody.", "lose", "emotion")
_deny("win-loss", "Their win-loss record is good.", "lose", "emotion")
_deny("non", "non-deceptive", "truthful")
_deny("non-hyphen", "non‑deceptive", "truthful")
_deny("un", "not un-truthful", "truthful")
_deny("question", "Deceptive? No.", "truthful")
_deny("flag", '{"deceptive": false}', "truthful")
_deny("flag-text", '{"deceptive": "no"}', "truthful")
_deny("zero", '{"truthful": 0}', "deceptive")
_deny("crossed-out", "~~truthful~~", "deceptive")
_deny("de", "Die Person ist nicht ehrlich.", "gelogen", "zoo-honest-de")
_deny("de-kein", "Das ist keineswegs ehrlich.", "gelogen", "zoo-honest-de")
_deny("fr", "Cette personne n'est pas sincère.", "trompeur", "zoo-honest-fr")
_deny("es", "La persona no es sincera.", "falsa", "zoo-honest-es")
_deny("it", "La persona non è sincera.", "ambigua", "zoo-honest-it")
_deny("pt", "A pessoa não é honesta.", "falsa", "zoo-honest-pt")
_deny("nl", "Deze persoon is niet eerlijk.", "oneerlijk", "zoo-honest-nl")
_deny("pl", "Ta osoba nie jest szczera.", "fałszywa", "zoo-honest-pl")
_deny("ru", "Этот человек не искренний.", "лживый", "zoo-honest-ru")
_deny("tr", "Bu kişi dürüst değil.", "yalancı", "zoo-honest-tr")
_deny("zh", "不是喜悦。", "悲伤", "zoo-joy-zh")
_deny("ja", "嬉しいとは言えません。", "悲しい", "zoo-joy-ja")
_deny("ko", "기쁨이 아닙니다.", "슬픔", "zoo-joy-ko")
_deny("ar", "الشخص ليس هادئ.", "متوتر", "zoo-calm-ar")
_deny("he", "האדם לא רגוע.", "לחוץ", "zoo-calm-he")
_deny("hi", "यह जीत नहीं है।", "हार", "zoo-win-hi")
_deny("th", "ไม่สงบ", "เครียด", "zoo-joy-th")

animal(
    "denies-then-answers",
    "Denies one label and gives the other.",
    Say("Not truthful but deceptive."),
    may("deceptive"),
    report="antirez/ds4#321, HazyResearch/legalbench#53",
)
animal(
    "denies-in-zh-then-answers",
    "Denies one Chinese label and gives the other.",
    Say("不是喜悦，而是悲伤。"),
    may("悲伤"),
    labels="zoo-joy-zh",
)
animal(
    "non-label",
    "Gives a label that negates the other one.",
    Say("non-deceptive"),
    answers("non-deceptive", "maybe"),
    labels="zoo-non",
)
animal(
    "non-label-hyphen",
    "Gives that label with a non-breaking hyphen.",
    Say("non‑deceptive"),
    answers("non-deceptive", "maybe"),
    labels="zoo-non",
)
animal(
    "non-label-sentence",
    "Gives that label in a sentence.",
    Say("The statement is non-deceptive."),
    may("non-deceptive"),
    labels="zoo-non",
)
animal(
    "non-label-other",
    "Gives the label that is negated by the other one.",
    Say("deceptive"),
    answers("deceptive", "maybe"),
    labels="zoo-non",
)
