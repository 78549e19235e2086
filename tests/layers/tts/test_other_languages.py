"""Amounts in languages other than English."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.layers.tts.text_normalisation import normalise


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("de", "Es kostet **19,99 €**.", "Es kostet neunzehn Euro neunundneunzig."),
        ("de-DE", "1 € und 1.234,50 €", "ein Euro und eintausendzweihundertvierunddreißig Euro fünfzig"),
        ("de", "5 % bei -3 °C", "fünf Prozent bei minus drei Grad Celsius"),
        ("de", "2,5 km mit 120 km/h", "zwei Komma fünf Kilometer mit einhundertzwanzig Kilometer pro Stunde"),
        ("fr", "19,99 € ou 1 €", "dix-neuf euros quatre-vingt-dix-neuf ou un euro"),
        ("fr_FR", "3,5 % de 2 kg", "trois virgule cinq pour cent de deux kilos"),
        ("fr", "5 000 €", "cinq mille euros"),
        ("es", "19,99 € y 21 €", "diecinueve euros con noventa y nueve y veintiún euros"),
        ("es-MX", "$50 y 50%", "cincuenta dólares y cincuenta por ciento"),
        ("it", "10,50 € e 3 km", "dieci euro e cinquanta e tre chilometri"),
        ("it", "1 kg, 20%", "un chilo, venti per cento"),
        ("pt-BR", "R$ 10,50", "dez reais e cinquenta"),
        ("pt", "1 km, 30 °C", "um quilômetro, trinta graus Celsius"),
        ("nl", "€ 2,50 en 5%", "twee euro vijftig en vijf procent"),
        ("nl", "2,5 km", "twee komma vijf kilometer"),
    ],
)
def test_amounts_are_said_in_the_order_of_the_language(language: str, written: str, said: str) -> None:
    assert normalise(written, language) == said
    assert normalise(said, language) == said


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Im Jahr 1999 um 15:30 Uhr, Nr. 5, 3.11.2025"),
        ("fr", "le 3 mai 2025, 42 personnes"),
        ("de", "5 kn, 7 m³, 1.2.3 €"),
        ("ja", "5 % 19,99 €"),
        ("xx", "$5"),
    ],
)
def test_what_espeak_reads_by_itself_and_what_nobody_is_sure_of_stays(language: str, text: str) -> None:
    assert normalise(text, language) == text


@settings(max_examples=300, deadline=None)
@given(
    text=st.text(alphabet="0123456789 .,-€$%°CkmRghlF", max_size=40),
    language=st.sampled_from(["de", "fr", "es", "it", "pt", "nl"]),
)
def test_any_arrangement_of_numbers_and_signs_is_read(text: str, language: str) -> None:
    assert "\n" not in normalise(text, language)


@pytest.mark.parametrize("piece", ["1", "1.", "1 ", "$1", "1.234", "1,5 %", "-"])
def test_long_runs_take_no_quadratic_time(piece: str) -> None:
    assert len(normalise(piece * 20_000, "de")) < 20_000 * 60
