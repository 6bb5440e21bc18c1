"""Refusals that name a label without giving it."""

from __future__ import annotations

from mgllm.testing.zoo.animal import Ask, Keeper, Served
from mgllm.testing.zoo.expecting import REFUSED
from mgllm.testing.zoo.saying import Say, error

animal = Keeper("refusals")


def _in(name: str, language: str, text: str) -> None:
    """A refusal in a language, with an English label in it."""
    animal(f"refuses-{name}", f"Refuses in {language}, naming a label.", Say(text), REFUSED)


def _filter(ask: Ask) -> Served:
    """Filter questions about people; answer any other question well."""
    if ask.place is None:
        return Say("yes")(ask)
    return error(400, "The response was filtered due to the prompt.", param="prompt", code="content_filter")


animal(
    "refuses",
    "Refuses, and names a label.",
    Say("I'm sorry, but I can't determine whether this person is being deceptive from a transcript."),
    REFUSED,
    report="promptfoo/promptfoo#10220, RUCAIBox/HaluEval#21",
)
animal(
    "refuses-curly",
    "Refuses with typographic apostrophes.",
    Say("I’m sorry, I can’t tell if this is deceptive."),
    REFUSED,
)
animal(
    "refuses-politely",
    "Declines to judge.",
    Say("I must respectfully decline to label anyone as deceptive."),
    REFUSED,
)
animal(
    "refuses-model",
    "Calls itself a language model.",
    Say("As a large language model, I am unable to say whether she is truthful."),
    REFUSED,
)
animal(
    "refuses-ethics",
    "Calls the question unethical.",
    Say("It would be unethical to call a person deceptive on such evidence."),
    REFUSED,
)
animal(
    "refuses-ability",
    "Has no way to know.",
    Say("I don't have the ability to detect whether someone is deceptive."),
    REFUSED,
)
animal(
    "refuses-comfort",
    "Does not feel comfortable.",
    Say("I don't feel comfortable judging someone as truthful or deceptive."),
    REFUSED,
)
animal(
    "refuses-both",
    "Refuses, and offers both labels.",
    Say("I cannot choose between truthful and deceptive."),
    REFUSED,
)
animal(
    "refuses-field",
    "Refuses in the field for refusals; the content is null.",
    Say(None, "silent", message={"refusal": "I'm sorry, I can't help with that."}),
    REFUSED,
    report="genkit-ai/genkit#6259",
)
animal(
    "filtered",
    "Is stopped by a content filter, after a label.",
    Say("deceptive", finish="content_filter"),
    REFUSED,
)
animal(
    "filtered-prompt",
    "Refuses a prompt with a 400 of its content filter.",
    _filter,
    REFUSED,
)

_in("de", "German", "Es tut mir leid, aber ich kann nicht beurteilen, ob diese Person deceptive ist.")
_in("fr", "French", "Je suis désolé, mais je ne peux pas déterminer si cette personne est deceptive.")
_in("es", "Spanish", "Lo siento, pero no puedo determinar si esta persona es deceptive.")
_in("it", "Italian", "Mi dispiace, ma non posso stabilire se questa persona sia deceptive.")
_in("pt", "Portuguese", "Desculpe, mas não posso determinar se esta pessoa é deceptive.")
_in("nl", "Dutch", "Het spijt me, maar ik kan niet beoordelen of deze persoon deceptive is.")
_in("pl", "Polish", "Przykro mi, ale nie mogę ocenić, czy ta osoba jest deceptive.")
_in("ru", "Russian", "Извините, но я не могу определить, является ли этот человек deceptive.")
_in("tr", "Turkish", "Üzgünüm, ama bu kişinin deceptive olup olmadığını belirleyemem.")
_in("ar", "Arabic", "عذرًا، لا أستطيع تحديد ما إذا كان هذا الشخص deceptive.")
_in("hi", "Hindi", "क्षमा करें, मैं यह निर्धारित नहीं कर सकता कि यह व्यक्ति deceptive है या नहीं।")
_in("zh", "Chinese", "抱歉，我无法判断这个人是否 deceptive。")
_in("ja", "Japanese", "申し訳ありませんが、この人が deceptive かどうかは判断できません。")
_in("ko", "Korean", "죄송하지만 이 사람이 deceptive 인지 판단할 수 없습니다.")
_in("id", "Indonesian", "Maaf, saya tidak dapat menentukan apakah orang ini deceptive.")
_in("vi", "Vietnamese", "Xin lỗi, tôi không thể xác định người này có deceptive hay không.")
_in("uk", "Ukrainian", "Вибачте, але я не можу визначити, чи ця людина є deceptive.")
_in("sv", "Swedish", "Tyvärr kan jag inte avgöra om den här personen är deceptive.")

animal(
    "refuses-own-label-zh",
    "Refuses in Chinese, naming a Chinese label.",
    Say("对不起，我不能判断这个人是喜悦还是别的情绪。"),
    REFUSED,
    labels="zoo-joy-zh",
)
animal(
    "refuses-own-label-de",
    "Refuses in German, naming a German label.",
    Say("Als KI kann ich nicht sagen, ob jemand ehrlich ist."),
    REFUSED,
    labels="zoo-honest-de",
)
