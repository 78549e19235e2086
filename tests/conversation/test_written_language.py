"""Which language a text is written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conversation.written_language import written_language
from models.languages import LANGUAGES

EVERY = frozenset(language.code for language in LANGUAGES)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "What would you like to do with it today?"),
        ("fr", "Bonjour, que puis-je faire pour vous dans ce cas ?"),
        ("de", "Das ist eine gute Frage, und ich habe nicht die Antwort."),
        ("es", "No se preocupe, el vuelo está muy cerca de la puerta."),
        ("pt", "Não se preocupe, o voo está muito perto da porta para você."),
        ("it", "Questo è molto più bello, non si preoccupi per il volo."),
        ("nl", "Dat is een goede vraag, maar ik weet het niet."),
        ("pl", "To jest bardzo dobre pytanie, ale nie wiem, czy się da."),
        ("sv", "Det är en bra fråga och jag vet inte hur vi kan göra."),
        ("fi", "Se on hyvä kysymys, mutta en ole varma, miten se on."),
        ("tr", "Bu çok iyi bir soru ve ben de öyle değil diyorum."),
        ("ro", "Este o întrebare foarte bună și nu știu ce să fac cu ea."),
        ("hu", "Ez egy nagyon jó kérdés, de nem tudom, hogy mi van."),
        ("vi", "Đó là một câu hỏi rất hay và tôi không có câu trả lời."),
        ("tl", "Ang tanong na ito ay para sa mga kaibigan ko."),
        ("ja", "それはとても良い質問です。"),
        ("ko", "좋은 질문이네요."),
        ("zh", "这是一个好问题。"),
        ("th", "เป็นคำถามที่ดี"),
        ("hi", "यह एक अच्छा सवाल है।"),
        ("bn", "এটি একটি ভালো প্রশ্ন।"),
        ("gu", "આ એક સારો પ્રશ્ન છે."),
        ("pa", "ਇਹ ਇੱਕ ਚੰਗਾ ਸਵਾਲ ਹੈ।"),
        ("ta", "இது ஒரு நல்ல கேள்வி."),
        ("te", "ఇది మంచి ప్రశ్న."),
        ("kn", "ಇದು ಒಳ್ಳೆಯ ಪ್ರಶ್ನೆ."),
        ("ml", "ഇതൊരു നല്ല ചോദ്യമാണ്."),
        ("ka", "ეს კარგი კითხვაა."),
        ("he", "זו שאלה טובה."),
        ("ar", "هذا سؤال جيد."),
        ("el", "Αυτή είναι μια καλή ερώτηση."),
        ("ru", "Это очень хороший вопрос, и мы знаем ответ."),
        ("uk", "Це дуже гарне питання, і я не знаю її відповіді."),
        ("bg", "Това е много добър въпрос, ще помисля."),
    ],
)
def test_a_sentence_tells_its_language(code: str, text: str) -> None:
    present = "en" if code != "en" else "de"
    assert written_language(text, present, EVERY) == code
    assert written_language(text, code, EVERY) == code


@pytest.mark.parametrize("text", ["", "OK.", "Taxi", "3.14", "…", "😀", "Berlin, Paris, Rom"])
def test_what_tells_nothing_leaves_the_language_as_it_is(text: str) -> None:
    for present in ("de", "en", "fr"):
        assert written_language(text, present, EVERY) == present


def test_what_cannot_be_spoken_here_is_not_said() -> None:
    assert written_language("좋은 질문이네요.", "en", {"de"}) == "en"
    assert written_language("Das ist eine gute Frage, und ich habe nicht die Antwort.", "en", {"fr"}) == "en"


def test_a_name_in_other_letters_does_not_change_the_language() -> None:
    assert written_language("She said 日本 with a smile and went home to think of it.", "en", EVERY) == "en"
    assert written_language("मैं London में रहता हूँ।", "hi", EVERY) == "hi"


@given(
    text=st.text(max_size=80),
    present=st.sampled_from(sorted(EVERY)),
    candidates=st.sets(st.sampled_from(sorted(EVERY))),
)
def test_the_answer_is_always_one_of_those_in_question(text: str, present: str, candidates: set[str]) -> None:
    assert written_language(text, present, candidates) in {present, *candidates}
