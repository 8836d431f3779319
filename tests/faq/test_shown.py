"""Everything of an answer reaches the parent: deadline, help, law, state."""

from __future__ import annotations

from loket.faq import shown
from loket.faq.variants import Known
from tests.support.faq import TODAY, answer

FULL = answer(
    short="Ja. Bel {loket_phone}.",
    text="Zo gaat het. Mail {loket_email}.",
    deadline=[{"what": "Bezwaar maken", "when": "binnen 6 weken", "law": "WPO art. 40"}, {"what": "Bellen", "when": "{loket_email}"}],
    referrals=[
        {"name": "Veilig Thuis", "for": "advies.", "url": "https://veiligthuis.nl/", "phone": "0800-2000", "hours": "dag en nacht"},
        {"name": "Leergeld", "for": "geld", "url": "https://www.leergeld.nl/"},
    ],
    easier="Makkelijk. Bel {loket_phone}.",
    child="Bel {loket_phone}.",
    variants=[{"for": {"sector": "mbo"}, "short": "Op het mbo is dat anders.", "text": "Op het mbo gaat het zo en zo."}],
)  # fmt: skip
VALUES = {"loket_phone": "0800 1234"}.get


def show(known: Known = Known()) -> shown.Shown:
    return shown.show(FULL, known, VALUES, TODAY)


def test_texts_are_filled_in_and_what_cannot_be_is_left_out() -> None:
    one = show()
    assert (one.short, one.text) == ("Ja. Bel 0800 1234.", "Zo gaat het.")
    assert (one.easier, one.child) == ("Makkelijk. Bel 0800 1234.", "Bel 0800 1234.")
    assert [(deadline.what, deadline.when) for deadline in one.deadlines] == [("Bezwaar maken", "binnen 6 weken")]


def test_a_variant_replaces_the_texts_and_hides_those_for_the_general_case() -> None:
    one = show(Known(sector="mbo"))
    assert one.short == "Op het mbo is dat anders."
    assert (one.easier, one.child) == ("", "")
    assert [deadline.what for deadline in one.deadlines] == ["Bezwaar maken"]


def test_while_the_school_is_not_known_it_says_what_holds_for_each() -> None:
    one = answer(
        short="Op school zo.",
        deadline=[{"what": "Bezwaar maken", "when": "binnen 6 weken"}],
        variants=[
            {
                "for": {"sector": "mbo"},
                "short": "Op het mbo anders.",
                "text": "Op het mbo gaat het zo en zo.",
                "deadline": [
                    {"what": "Bezwaar maken", "when": "binnen 6 weken"},
                    {"what": "Naar het loket", "when": "snel"},
                ],
            }
        ],
    )
    schools = {"po": "basisschool", "vo": "middelbare school", "mbo": "mbo"}
    each = shown.show_by_school(one, Known(), schools, VALUES, TODAY)
    assert each.short == "**Basisschool en middelbare school**\n\nOp school zo.\n\n**Mbo**\n\nOp het mbo anders."
    assert [deadline.what for deadline in each.deadlines] == ["Bezwaar maken", "Mbo: naar het loket"]
    assert (each.text, each.easier, each.child) == ("", "", "")


def test_help_has_a_link_that_dials() -> None:
    first, second = show().referrals
    assert (first.tel, first.hours, first.purpose) == ("tel:08002000", "dag en nacht", "advies")
    assert (second.tel, second.phone) == ("", "")


def test_law_and_sources_are_links() -> None:
    one = show()
    assert [link.title for link in (*one.laws, *one.sources)] == [
        "Wet op het primair onderwijs, artikel 40",
        "Rijksoverheid",
    ]


def test_the_state_of_checking_goes_with_it() -> None:
    assert show().checked.startswith("Wij hebben dit vergeleken met de wet")


def test_as_one_text_for_mail_nothing_is_missing() -> None:
    text = shown.as_markdown(show())
    for part in (
        "**Let op de termijn**\n- **Bezwaar maken**: binnen 6 weken",
        "Ja. Bel 0800 1234.",
        "Zo gaat het.",
        "- [Veilig Thuis](https://veiligthuis.nl/): advies. Telefoon: [0800-2000](tel:08002000) (dag en nacht)",
        "- [Leergeld](https://www.leergeld.nl/): geld.",
        "- [Wet op het primair onderwijs, artikel 40](https://wetten.overheid.nl/",
        "- [Rijksoverheid](https://www.rijksoverheid.nl/ouderbijdrage)",
        "Een medewerker kijkt dit nog na.",
    ):
        assert part in text
    assert text.index("Let op de termijn") == 2


def test_an_answer_of_words_alone_has_no_empty_headings() -> None:
    small = answer(short="Graag gedaan!", text="", law=[], sources=[], reviewed=None)
    assert shown.as_markdown(shown.show(small, Known(), VALUES, TODAY)) == "Graag gedaan!"
