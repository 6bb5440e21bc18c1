"""The phrases of a refusal, for providers that give no signal of their own.

A refusal counts before any label: "I cannot say whether she is deceptive" names a label, but does
not give one.
"""

from __future__ import annotations

import re

VERSION = "2"
"""Raised whenever the list changes, because that changes numbers; written into every manifest."""

_JUDGE = (
    r"(?:judge|determine|assess|answer|tell|say|help|assist|comply|evaluate|infer|conclude|label|classify|"
    r"categori[sz]e|diagnose|speculate|comment|decide|identify|predict|guess|provide|offer|give|make|"
    r"engage|fulfil+|respond|complete|participate|discuss|do (?:that|this|so)|continue|analy[sz]e|rate|"
    r"draw|read (?:minds|people)|see (?:if|whether)|know|detect|discern|choose|select|pick|reach|ascertain|"
    r"establish|confirm|verify|form)"
)
PHRASES: tuple[str, ...] = (
    # English
    rf"\b(?:I|we)(?:'m| am|'re| are)? (?:really |simply |just |also |therefore )?(?:can(?:not| not|"
    rf"'?t)(?! help (?:but|\w+ing)\b)|could(?: not|n'?t)|unable to|not able to|"
    rf"not in a position to|won'?t|will not|not (?:going|willing) to|not comfortable|"
    rf"do not feel comfortable|not qualified to|not equipped to)\b(?:[\w ,]{{0,40}}?) {_JUDGE}\b",
    r"\b(?:I|we) (?:can(?:not| not|'?t)|won'?t|will not) (?:[\w]+ )?(?:on |with )?(?:this|that|it)\b",
    r"\b(?:I|we)(?: must| have to| need to|'d have to| would have to| prefer to| would prefer to|"
    r" would rather|"
    r"'d rather| will have to) (?:respectfully |politely )?(?:decline|refuse|abstain|refrain|not)\b",
    r"\b(?:I|we)(?:'d| would)? prefer not to\b",
    r"\b(?:I|we) (?:respectfully |politely )?(?:decline|refuse)(?: to\b|[.!,;])",
    r"\b(?:I|we) (?:do not|don't) (?:make|offer|give|provide|form|draw) (?:any |such )?(?:judge?ments?|"
    r"assessments?|diagnos[ei]s|conclusions|claims|predictions|guesses)\b",
    r"\b(?:I'm|I am|we are) not (?:comfortable|willing|prepared) \w+ing\b",
    r"\b(?:guidelines?|polic(?:y|ies)|principles|programming|training) (?:do not|does not|don't|"
    r"doesn't) (?:allow|permit|let)\b",
    r"\b(?:sorry|apologi[sz]e|apologies|afraid|regret)\b[^.!?\n]{0,40}\b(?:but )?(?:I|we)(?:'m|"
    r" am)? (?:can(?:not|'?t)|unable|not able|won'?t|do(?: not|n'?t))\b",
    r"(?:^|[.!?\n])\W{0,4}(?:I'm |I am |we are )?(?:very |so |really |truly )?sorry\b(?! to (?:see|hear|"
    r"say) (?:that )?(?:he|she|they|the))",
    r"\bas an? (?:AI|A\.I\.|artificial intelligence|(?:large )?language model|assistant|"
    r"virtual assistant|chatbot|machine)\b",
    r"\b(?:I am|I'm) (?:just |only )?an? (?:AI|artificial intelligence|(?:large )?language model)\b",
    r"\bI do(?: not|n'?t) (?:feel comfortable|have (?:enough|sufficient|the ability|access)|"
    r"think it(?:'s| is) (?:appropriate|possible|ethical|fair))\b",
    r"\b(?:it is|it's|it would be|it isn't|this is) (?:not |in)?(?:possible|impossible|"
    r"inappropriate|appropriate|unethical|irresponsible|unfair)(?: for me)? to\b",
    r"\b(?:not|in)?(?:possible|impossible) to (?:determine|tell|say|judge|assess|know|infer|"
    r"conclude|answer)\b",
    r"\b(?:cannot|can't|can not|could not|couldn't) be (?:reliably |accurately |definitively |"
    r"confidently )?(?:determined|judged|assessed|inferred|concluded|established|answered|known|told)\b",
    r"\bcannot (?:determine|make (?:a|that) (?:judgment|judgement|determination))\b",
    r"(?:\bnot enough|n't enough|\binsufficient|\btoo little|\bno) (?:information|evidence|context|data|"
    r"detail)s? (?:[\w ]{0,30})?to (?:\w+ )?(?:determine|tell|say|judge|assess|decide|conclude|"
    r"answer|infer|label|classify)\b",
    r"\bthere(?:'s| is) no (?:reliable |certain |definitive )?way (?:for me )?to (?:tell|know|"
    r"determine|say|judge)\b",
    r"\b(?:against|violates?) (?:my|our|the) (?:guidelines|policy|policies|principles)\b",
    r"\bno comment\b",
    # German
    r"\b(?:tut mir leid|bedau(?:er|r)e|entschuldig(?:ung|en sie))\b",
    r"\b(?:ich|wir) (?:kann|können|darf|möchte|werde|will)\b[^.!?\n]{0,80}\b(?:nicht|keine?[nrms]?)\b",
    r"\b(?:kann|können|darf) ich\b[^.!?\n]{0,80}\b(?:nicht|keine?[nrms]?)\b",
    r"\bals (?:eine? )?(?:KI|künstliche Intelligenz|Sprachmodell)\b",
    r"\b(?:lässt|läßt) sich\b[^.!?\n]{0,60}\bnicht\b",
    r"\bnicht in der Lage\b|\bnicht möglich,? [^.!?\n]{0,60}zu\b",
    # French
    r"\b(?:je suis |nous sommes )?désolée?s?\b|\bje regrette\b|\bje m'excuse\b",
    r"\bje ne (?:peux|puis|pourrais|suis|saurais|souhaite|vais)\b[^.!?\n]{0,20}\b(?:pas|en mesure|"
    r"capable)\b",
    r"\bje ne (?:puis|saurais)\b",
    r"\ben tant qu(?:'|e )(?:IA|intelligence artificielle|modèle|assistant)",
    r"\b(?:il (?:m')?est|c'est) impossible\b|\bil n'est pas possible\b|\bimpossible de (?:dire|"
    r"déterminer|juger|savoir)\b",
    # Spanish
    r"\blo (?:siento|lamento)\b|\blamento (?:no|que)\b|\bdisculp[ae]\b",
    r"\bno (?:puedo|podemos|podría|soy capaz|me es posible|es posible|estoy en condiciones)\b",
    r"\bcomo (?:una? )?(?:IA|inteligencia artificial|modelo de lenguaje|asistente)\b",
    # Portuguese
    r"\b(?:sinto muito|lamento|desculpe|peço desculpas?)\b",
    r"\bnão (?:posso|consigo|podemos|sou capaz|é possível|seria apropriado)\b",
    r"\bcomo (?:uma? )?(?:IA|inteligência artificial|modelo de linguagem)\b",
    # Italian
    r"\bmi (?:dispiace|spiace|scuso)\b",
    r"\bnon (?:posso|sono in grado|possiamo|è possibile|riesco a)\b",
    r"\bcome (?:IA|intelligenza artificiale|modello linguistico|assistente)\b|\bin quanto (?:IA|"
    r"intelligenza)\b",
    # Dutch
    r"\bhet spijt me\b|\bsorry, (?:maar )?ik\b",
    r"\bik (?:kan|mag|wil|zal)\b[^.!?\n]{0,60}\b(?:niet|geen)\b",
    r"\bals (?:een )?(?:AI|taalmodel|kunstmatige intelligentie)\b",
    # Swedish, Danish, Norwegian, Finnish
    r"\b(?:tyvärr|beklager|desværre|jag är ledsen|jeg er ked af|förlåt)\b",
    r"\b(?:jag|jeg) (?:kan|får|må|vil) (?:inte|ikke)\b",
    r"\b(?:valitettavasti|pahoittelen|olen pahoillani)\b|\ben (?:voi|pysty|osaa)\b",
    # Polish, Czech, Slovak
    r"\bprzykro mi\b|\bprzepraszam\b|\bnie (?:mogę|jestem w stanie|potrafię|da się)\b|"
    r"\bjako (?:model|sztuczna|AI)\b",
    r"\bomlouvám se\b|\bje mi líto\b|\b(?:nemohu|nemůžu|nedokážu|nelze)\b|\bprepáčte\b|\bnemôžem\b",
    # Russian, Ukrainian, Bulgarian, Serbian; Tagalog
    r"\bсъжалявам\b|\bне мога\b|\b(?:žao mi je|nažalost|ne mogu)\b|\b(?:paumanhin|pasensya)\b|"
    r"\bhindi ko ma\w+|"
    r"\b(?:извините|простите|прошу прощения|приношу извинения|к сожалению|сожалею)\b|\bмне жаль\b",
    r"\bя не (?:могу|в состоянии|буду|имею|способ)|\bне могу\b|\bневозможно (?:определить|сказать|"
    r"судить|установить)|\bкак (?:ии|искусственный|языковая)\b",
    r"\b(?:вибачте|перепрошую|на жаль)\b|\bя не (?:можу|в змозі)\b|\bне можу\b|"
    r"\bнеможливо (?:визначити|сказати)",
    # Turkish, Hungarian, Romanian, Greek
    r"\büzgünüm\b|\bmaalesef\b|\b(?:veremem|yapamam|söyleyemem|belirleyemem|edemem|"
    r"değerlendiremem|yardımcı olamam)\b|\bmümkün değil\b",
    r"\bsajnálom\b|\bsajnos\b|\bnem (?:tudom|tudok|áll módomban|lehet)\b",
    r"\bîmi pare rău\b|\bnu (?:pot|sunt în măsură|este posibil)\b|\bregret, dar\b",
    r"λυπάμαι|συγγνώμη|δεν μπορώ|δεν είμαι σε θέση|δεν είναι δυνατ",
    # Indonesian, Malay, Vietnamese
    r"\b(?:maaf|mohon maaf)\b|\bsaya tidak (?:dapat|bisa|mampu|boleh)\b",
    r"xin lỗi|rất tiếc|tôi không thể|không thể (?:xác định|đánh giá|trả lời|kết luận)",
    # Chinese
    r"(?:抱歉|对不起|對不起|很遗憾|很遺憾|不好意思)|(?:我)?(?:无法|無法|不能|没办法|沒辦法|不便|不可以)(?:判断|判斷|确定|確定|回答|评估|評估|提供|给出|"
    r"給出|做出|作出|断定|斷定|协助|協助|得出|推断|推斷|满足|知道|帮|就|对|對|为|為|根据|根據)|作为(?:一个|一個)?(?:AI|人工智能|语言模型)|"
    r"作為(?:一個)?(?:AI|人工智慧|語言模型)",
    # Japanese
    r"申し訳|すみません|恐れ入りますが|(?:判断|お答え|回答|特定|評価|断定|提供|お手伝い|判定|推測)(?:は|が|を|することは|することが)?(?:でき(?:ません|ない|"
    r"かね)|いたしかね|しかね)|できかねます|AI(?:として|なので|である)|差し控え",
    # Korean
    r"죄송|유감|미안합니다|(?:판단|답변|결정|평가|단정|제공|말씀|도와|확인)"
    r"[가-힣 ]{0,8}(?:수 없|할 수가 없|어렵|못|드리기)|AI(?:로서|로써|이기)",
    # Hindi, Bengali, Urdu
    r"माफ़? ?(?:करें|कीजिए)|क्षमा करें|मुझे खेद|खेद है|(?:नहीं|न) (?:कर सक|बता सक|दे सक|कह सक|लगा सक)|"
    r"एक AI",
    r"দুঃখিত|ক্ষমা করবেন|পারছি না|পারি না|পারব না|সম্ভব নয়|معذرت|معاف کیجیے|افسوس|نہیں (?:کر|بتا|"
    r"دے|کہہ) سکت",
    # Arabic, Persian, Hebrew
    r"(?:آسف|عذر|أعتذر|اعتذر|المعذرة|للأسف)|لا (?:أستطيع|استطيع|يمكنني|يمكن|أقدر)|لست قادر|"
    r"غير قادر|كنموذج|بصفتي",
    r"متأسف|متاسف|ببخشید|(?:نمی ?توانم|نمی‌توانم|نمیتوانم)|امکان ?پذیر نیست|به عنوان یک (?:هوش|مدل)",
    r"מצטער|סליחה|מתנצל|(?:אינני|איני|לא) (?:יכול|מסוגל)|אין באפשרותי|אי אפשר (?:לקבוע|לדעת|לומר)|כמודל",
    # Thai, Swahili
    r"ขอโทษ|ขออภัย|เสียใจ(?:ด้วย|ที่)|ไม่สามารถ|\b(?:samahani|siwezi|pole, )\b",
)
"""Case-insensitive regular expressions."""

_PATTERN = re.compile("|".join(f"(?:{phrase})" for phrase in PHRASES), re.IGNORECASE)


def declines(text: str) -> bool:
    """Whether a reply is a refusal.

    >>> declines("I’m sorry, but I can’t judge that."), declines("Perhaps.")
    (True, False)
    """
    return last_refusal(text) is not None


def last_refusal(text: str) -> int | None:
    """Index of the character after the last phrase of refusal; None if there is none."""
    end = None
    for match in _PATTERN.finditer(text.replace("’", "'")):
        end = match.end()
    return end
