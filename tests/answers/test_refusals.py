"""Phrases that decline, and sentences that look like them."""

from __future__ import annotations

import pytest

from mgllm.answers.refusals import declines, last_refusal

DECLINING = [
    "I cannot say.",
    "I can't tell from this.",
    "I can’t tell from this.",
    "I'm unable to judge people.",
    "I am not able to help.",
    "I won't guess.",
    "i must decline to answer",
    "I'm sorry, but no.",
    "I have to refuse.",
    "As an AI, I have no opinion.",
    "As a language model I have none.",
    "I do not feel comfortable with it.",
    "It would be inappropriate to guess.",
    "This cannot be determined from a transcript.",
    "I'd rather not say.",
    "I would prefer not to judge anyone.",
    "I'm not going to label a real person.",
    "I don't have enough information to decide.",
    "There is not enough information to determine that.",
    "There's no reliable way to tell.",
    "It is not possible to know this from text alone.",
    "It's impossible to tell.",
    "I don't have the ability to read emotions.",
    "I am not qualified to assess it.",
    "I apologize, but I can't do that.",
    "Unfortunately, I can't assist with that.",
    "I can't help with that.",
    "I cannot comply with this request.",
    "I refuse to answer.",
    "I decline.",
    "I'm just an AI and have no access to the clip.",
    "That goes against my guidelines.",
    "I must abstain.",
    "No comment.",
    "I'm afraid I can't do that.",
    "I am unable to provide a judgment.",
    "We cannot determine this.",
    "I do not make judgments about people.",
    "I don't feel comfortable making that judgment.",
    "My guidelines do not allow me to answer.",
    "I'm not comfortable answering.",
]


@pytest.mark.parametrize("text", DECLINING)
def test_these_decline(text: str) -> None:
    assert declines(text)
    assert declines(f"Well. {text.upper()}")


ABROAD = {
    "de": [
        "Tut mir leid, das kann ich nicht sagen.",
        "Ich kann das nicht beurteilen.",
        "Als KI darf ich das nicht.",
    ],
    "fr": [
        "Je suis désolé, je ne peux pas répondre.",
        "Je ne suis pas en mesure de juger.",
        "Il m'est impossible de le dire.",
    ],
    "es": ["Lo siento, no puedo decirlo.", "No puedo determinarlo.", "Como modelo de lenguaje, no juzgo."],
    "pt": [
        "Desculpe, não posso responder.",
        "Não consigo determinar isso.",
        "Sinto muito, mas não é possível.",
    ],
    "it": ["Mi dispiace, non posso dirlo.", "Non sono in grado di giudicare."],
    "nl": ["Het spijt me, dat kan ik niet zeggen.", "Ik kan dit niet beoordelen."],
    "sv": ["Tyvärr kan jag inte svara.", "Jag kan inte avgöra det."],
    "da": ["Beklager, jeg kan ikke svare."],
    "fi": ["Valitettavasti en voi vastata."],
    "pl": ["Przykro mi, nie mogę tego ocenić.", "Nie jestem w stanie odpowiedzieć."],
    "cs": ["Omlouvám se, nemohu to posoudit."],
    "ru": ["Извините, я не могу это определить.", "К сожалению, я не могу ответить."],
    "uk": ["Вибачте, я не можу це визначити."],
    "tr": ["Üzgünüm, bunu söyleyemem."],
    "hu": ["Sajnálom, ezt nem tudom megítélni."],
    "ro": ["Îmi pare rău, nu pot răspunde."],
    "el": ["Λυπάμαι, δεν μπορώ να απαντήσω."],
    "id": ["Maaf, saya tidak bisa menilai itu."],
    "vi": ["Xin lỗi, tôi không thể trả lời."],
    "zh": [
        "抱歉，我无法判断。",
        "对不起，我不能回答这个问题。",
        "作为一个人工智能，我没有看法。",
        "很抱歉，無法確定。",
    ],
    "ja": ["申し訳ありませんが、判断できません。", "お答えできかねます。"],
    "ko": ["죄송하지만 판단할 수 없습니다.", "답변하기 어렵습니다."],
    "hi": ["माफ़ कीजिए, मैं यह नहीं बता सकता।", "क्षमा करें, मैं नहीं कह सकती।"],
    "bn": ["দুঃখিত, আমি বলতে পারছি না।"],
    "ur": ["معذرت، میں نہیں بتا سکتا۔"],
    "ar": ["آسف، لا أستطيع الحكم.", "عذرًا، لا يمكنني الإجابة."],
    "fa": ["متأسفم، نمی‌توانم قضاوت کنم."],
    "he": ["מצטער, אני לא יכול לקבוע.", "סליחה, אינני יכולה לענות."],
    "th": ["ขอโทษ ฉันไม่สามารถตอบได้"],
    "sw": ["Samahani, siwezi kujibu."],
}


@pytest.mark.parametrize("text", [text for texts in ABROAD.values() for text in texts])
def test_these_decline_in_other_languages(text: str) -> None:
    assert declines(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Perhaps.",
        "I cannot help but conclude that she lies.",
        "We need to decide if she lies.",
        "I would have to guess.",
        "She said that she is sorry.",
        "He cannot lie.",
        "It is possible that he lies.",
        "The speaker declines to answer.",
        "They feel comfortable.",
        "AI is not mentioned.",
        "The player cannot hide it.",
        "She can't tell a lie.",
        "He is unable to sit still.",
        "She won't look at him.",
        "It is clear from the evidence.",
        "The candidate is not able to relax.",
        "Sorry to see that she lost.",
        "Er kann nicht lügen.",
        "Elle ne peut pas mentir.",
        "Él no mira a la cámara.",
        "他不能说谎。",
        "彼は嘘をつけません。",
        "그는 거짓말을 못 한다.",
        "Он не может лгать.",
    ],
)
def test_these_do_not(text: str) -> None:
    assert not declines(text)


def test_the_last_phrase_says_where_it_ends() -> None:
    text = "I cannot say. Sorry, I refuse to."
    assert last_refusal(text) == len(text) - 1
    assert last_refusal("calm") is None
