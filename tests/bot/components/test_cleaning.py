import pytest

from bot.components.text import clean, fold, is_question


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("M'n zóóóón is gepest!!!", "mijn zoon is gepest!"),
        ("ze moet ff nablijven ivm spijbelen", "ze moet even nablijven in verband met spijbelen"),
        ("zn juf", "zijn juf"),
        ("’t kind", "het kind"),
        ("Crèche", "creche"),
        ("Noord-Holland, groep 3/4", "noord-holland, groep 3/4"),
    ],
)
def test_phone_spelling_reads_as_the_written_word(typed: str, read: str) -> None:
    assert fold(clean(typed)) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("MIJN ZOON IS GESCHORST, MAG DAT?", "mijn zoon is geschorst, mag dat?"),
        ("VWO?", "VWO?"),
        ("mijn zoon doet VWO op het ROC", "mijn zoon doet VWO op het ROC"),
        ("ابنتي", "ابنتي"),
    ],
)
def test_a_text_in_capitals_loses_them(typed: str, read: str) -> None:
    assert clean(typed) == read


def test_emoji_and_links_carry_no_words() -> None:
    assert clean("help 😡👩‍👧 zie https://voorbeeld.nl/x?y=1 geschorst") == "help zie geschorst"


def test_forwarded_mail_leaves_the_senders_own_words() -> None:
    mail = """Mag dit zomaar?

Met vriendelijke groet,
Een moeder

-----Oorspronkelijk bericht-----
Van: school@voorbeeld.nl
Onderwerp: Schorsing
Uw kind is geschorst."""
    assert clean(mail) == "Mag dit zomaar?"


def test_only_forwarded_mail_is_itself_the_question() -> None:
    mail = "Van: school@voorbeeld.nl\nOnderwerp: schorsing\n\nUw kind is geschorst."
    assert "geschorst" in clean(mail)


@pytest.mark.parametrize("text", ["😡", "Met vriendelijke groet", "> ", "?", "http://x.nl"])
def test_what_is_only_noise_is_not_made_empty(text: str) -> None:
    assert clean(text)


def test_reply_prefix_goes() -> None:
    assert clean("RE: FW: schoolgids") == "schoolgids"


@pytest.mark.parametrize(
    ("sentence", "asks"), [("Mag dat", True), ("Dat mag toch?", True), ("Hij mag dat", False), ("", False)]
)
def test_question_by_its_form(sentence: str, asks: bool) -> None:
    assert is_question(sentence) is asks
