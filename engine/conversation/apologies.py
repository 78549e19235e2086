"""What the replica says when the language model fails: people hear that something went wrong, and that they may say it again."""

from models.languages import primary_code

_APOLOGIES: dict[str, tuple[str, str]] = {
    "en": ("I'm sorry, something went wrong on my side.", "Could you say that again, please?"),
    "fr": ("Excusez-moi, j'ai eu un problème technique.", "Pouvez-vous répéter, s'il vous plaît ?"),
    "de": ("Entschuldigung, bei mir ist gerade etwas schiefgegangen.", "Können Sie das bitte noch einmal sagen?"),
    "es": ("Lo siento, he tenido un problema técnico.", "¿Puede repetirlo, por favor?"),
    "pt": ("Desculpe, tive um problema técnico.", "Pode repetir, por favor?"),
    "zh": ("抱歉，我这边出了点问题。", "请您再说一遍。"),
    "ja": ("申し訳ありません、問題が発生しました。", "もう一度おっしゃっていただけますか。"),
    "hi": ("माफ़ कीजिए, कोई तकनीकी समस्या आ गई।", "कृपया फिर से कहिए।"),
    "it": ("Mi scusi, ho avuto un problema tecnico.", "Può ripetere, per favore?"),
    "ko": ("죄송합니다, 문제가 생겼습니다.", "다시 한번 말씀해 주시겠어요?"),
    "nl": ("Sorry, er ging bij mij iets mis.", "Kunt u dat nog eens zeggen?"),
    "pl": ("Przepraszam, wystąpił problem techniczny.", "Proszę powtórzyć."),
    "ru": ("Извините, произошла техническая ошибка.", "Повторите, пожалуйста."),
    "sv": ("Förlåt, något gick fel.", "Kan du säga det igen?"),
    "tr": ("Özür dilerim, bir sorun oluştu.", "Tekrar söyler misiniz?"),
    "id": ("Maaf, terjadi masalah teknis.", "Bisakah Anda mengulanginya?"),
    "bg": ("Извинете, възникна технически проблем.", "Моля, повторете."),
    "ro": ("Îmi pare rău, a apărut o problemă tehnică.", "Puteți repeta, vă rog?"),
    "ar": ("عذرًا، حدث خطأ ما.", "يُرجى المحاولة مرة أخرى."),
    "cs": ("Omlouvám se, došlo k technickému problému.", "Můžete to prosím zopakovat?"),
    "el": ("Συγγνώμη, παρουσιάστηκε ένα τεχνικό πρόβλημα.", "Μπορείτε να το επαναλάβετε;"),
    "fi": ("Anteeksi, tapahtui virhe.", "Voisitteko toistaa?"),
    "hr": ("Oprostite, došlo je do tehničkog problema.", "Možete li ponoviti, molim vas?"),
    "sk": ("Prepáčte, nastal technický problém.", "Môžete to prosím zopakovať?"),
    "da": ("Undskyld, der gik noget galt.", "Kan du sige det igen?"),
    "uk": ("Вибачте, сталася технічна помилка.", "Повторіть, будь ласка."),
    "hu": ("Elnézést, technikai hiba történt.", "Megismételné, kérem?"),
    "no": ("Beklager, noe gikk galt.", "Kan du si det igjen?"),
    "vi": ("Xin lỗi, đã có lỗi xảy ra.", "Bạn có thể nói lại được không?"),
    "he": ("סליחה, אירעה שגיאה.", "אפשר לחזור על זה, בבקשה?"),
}
"""By ISO 639-1 code, as clauses: that something went wrong, and the request to say it again."""


def apology(language: str) -> tuple[str, str]:
    """Return the clauses of the apology in a language (BCP 47), in English where it is not known."""
    return _APOLOGIES.get(primary_code(language), _APOLOGIES["en"])
