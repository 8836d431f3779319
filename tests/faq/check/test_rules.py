"""Each rule of `loket faq check` refuses what it should, and lets good answers through."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from loket.faq.check import (
    RULES,
    dates,
    deadlines,
    foundation,
    promises,
    readability,
    referrals,
    routes,
    versions,
    wording,
)
from loket.faq.check.rules import Context, Rule
from tests.support.faq import EASY, TODAY, answer

KOSTEN = Context("kosten", TODAY)
DIALOGUE = Context("dialogue", TODAY)


def found(rule: Rule, context: Context = KOSTEN, **changes: Any) -> list[str]:
    return [message for _, message in rule(answer(**changes), context)]


@pytest.mark.parametrize("rule", RULES)
def test_a_good_answer_passes_every_rule(rule: Rule) -> None:
    assert found(rule) == []


# foundation


def test_a_rule_without_article_or_official_page_is_refused() -> None:
    shop = [{"title": "Een blog", "url": "https://www.eenblog.nl/"}]
    assert found(foundation.faults, law=[], sources=shop) == ["rests on no article and no official page"]
    assert found(foundation.faults, sources=shop) == []
    assert found(foundation.faults, law=[]) == []


def test_small_talk_rests_on_nothing_unless_it_is_urgent() -> None:
    bare = {"law": [], "sources": []}
    assert found(foundation.faults, DIALOGUE, **bare) == []
    assert found(foundation.faults, DIALOGUE, **bare, urgent=True) != []


def test_a_listed_site_is_refused_with_the_reason() -> None:
    (message,) = found(foundation.faults, sources=[{"title": "Kek Mama", "url": "https://www.kekmama.nl/x"}])
    assert "listed site (forum" in message


def test_a_link_to_the_law_is_made_and_not_written() -> None:
    (message,) = found(foundation.faults, sources=[{"title": "WPO", "url": "https://wetten.overheid.nl/BWBR0003420"}])
    assert "name the article in `law`" in message


@pytest.mark.parametrize(
    ("law", "fine"), [("WPO art. 40", True), ("WPO art. 63", False), ("Awb art. 6:7; WPO art. 40", False), ("", True)]
)
def test_the_article_of_a_deadline_is_among_those_of_the_answer(law: str, fine: bool) -> None:
    deadline = {"what": "Bezwaar maken", "when": "binnen 6 weken", "law": law}
    assert (found(foundation.faults, deadline=[deadline]) == []) is fine
    case = {"for": {"sector": "vo"}, "short": EASY, "text": EASY, "deadline": [deadline]}
    assert (found(foundation.faults, variants=[case]) == []) is fine


@pytest.mark.parametrize(
    ("urls", "share"),
    [([], 1.0), (["https://duo.nl/"], 1.0), (["https://duo.nl/", "https://x.nl/", "https://y.nl/"], 1 / 3)],
)
def test_the_share_of_official_pages_is_counted(urls: list[str], share: float) -> None:
    sources = [{"title": "Een pagina", "url": url} for url in urls]
    assert foundation.official_share([answer(sources=sources)]) == pytest.approx(share)


def test_what_is_withheld_does_not_count_in_the_share() -> None:
    other = [{"title": "Een pagina", "url": "https://x.nl/"}]
    withheld = answer(sources=other, state="withheld", withheld_reason="bron")
    assert foundation.official_share([answer(), withheld]) == 1


# referrals


@pytest.mark.parametrize(
    ("referral", "problem"),
    [
        ({"name": "Huisarts"}, "nobody can reach it"),
        ({"name": "Ouders & Onderwijs", "url": "https://oudersenonderwijs.nl/"}, "is this desk itself"),
        ({"name": "Informatiepunt 5010", "url": "https://oudersenonderwijs.nl/"}, "is this desk itself"),
        ({"name": "Helpwanted", "url": "https://www.helpwanted.nl/en/"}, "listed site"),
        ({"name": "Een lijn", "phone": "0900 123 45 67"}, "not in data/faq/phones.yml"),
    ],
)
def test_a_referral_that_cannot_be_used_is_refused(referral: dict[str, str], problem: str) -> None:
    (message,) = found(referrals.faults, referrals=[{"for": "advies", **referral}])
    assert problem in message


@pytest.mark.parametrize("reach", [{"url": "https://veiligthuis.nl/"}, {"phone": "0800-2000"}])
def test_a_url_or_a_listed_number_is_a_way_to_reach_it(reach: dict[str, str]) -> None:
    assert found(referrals.faults, referrals=[{"name": "Veilig Thuis", "for": "advies", **reach}]) == []


@pytest.mark.parametrize("text", ["Bel 0900 123 45 67.", "Bel 0800-5010."])
def test_a_number_in_a_text_that_is_not_in_the_list_is_refused(text: str) -> None:
    (message,) = found(referrals.faults, text=text)
    assert "is not in data/faq/phones.yml" in message


# promises


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Bel ons gerust.", "telephone"),
        ("U kunt ook bellen met het loket.", "telephone"),
        ("Wij zijn op werkdagen open.", "opening hours"),
        ("Onze openingstijden zijn ruim.", "opening hours"),
        ("Mail ons uw vraag.", "mail"),
        ("Wij bewaren uw gesprek drie maanden.", "retention"),
        ("U kunt uw gesprek laten wissen.", "erasure"),
        ("Een adviseur belt u terug.", "a call back"),
        ("Een adviseur antwoordt binnen twee werkdagen.", "an answer in time"),
    ],
)
def test_a_promise_outside_a_placeholder_is_refused(text: str, what: str) -> None:
    assert any(message.startswith(f"promises {what}") for message in found(promises.faults, DIALOGUE, text=text))


@pytest.mark.parametrize(
    "text",
    [
        "Bel ons op {loket_phone}.",
        "Wij zijn open van {loket_hours}.",
        "Mail ons via {loket_email}.",
        "Wij bewaren uw gesprek {retention_chat}, niet langer dan 3 maanden.",
        "Bel de school. Vraag om een gesprek.",
        "De school moet binnen vier weken antwoorden.",
        "U kunt bellen met Veilig Thuis.",
    ],
)
def test_what_a_setting_fills_in_or_others_do_is_no_promise(text: str) -> None:
    assert found(promises.faults, DIALOGUE, text=text) == []


def test_erasure_by_a_school_is_no_promise_of_ours() -> None:
    assert found(promises.faults, text="U kunt uw gegevens laten verwijderen door de school.") == []


# deadlines

SIX_WEEKS = [{"what": "Bezwaar maken", "when": "binnen zes weken"}]


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Maak binnen zes weken bezwaar.", "6 week"),
        ("U hebt 6 weken om bezwaar te maken.", "6 week"),
        ("Vraag de toeslag binnen drie maanden aan.", "3 maand"),
        ("Dien het verzoek uiterlijk na 10 dagen in.", "10 dag"),
        ("Meld uw kind vóór 1 april aan.", "1 april"),
        ("Doe de aanvraag uiterlijk 15 mei.", "15 mei"),
    ],
)
def test_a_term_of_the_parent_that_is_not_in_deadline_is_refused(text: str, term: str) -> None:
    (message,) = found(deadlines.faults, text=text)
    assert repr(term) in message


@pytest.mark.parametrize(
    "text",
    [
        "Maak binnen 6 weken bezwaar.",
        "De school beslist binnen tien weken na uw aanmelding.",
        "Het bestuur moet binnen vier weken op uw bezwaar beslissen.",
        "Na vier weken beslist het bestuur over uw bezwaar.",
        "De zomervakantie duurt zes weken.",
        "Uw kind is vier jaar.",
    ],
)
def test_what_is_in_deadline_or_is_a_term_of_others_is_fine(text: str) -> None:
    assert found(deadlines.faults, text=text, deadline=SIX_WEEKS) == []


def test_a_variant_is_held_against_its_own_deadline() -> None:
    def case(deadline: list[dict[str, str]] | None) -> list[dict[str, Any]]:
        fields: dict[str, Any] = {"for": {"sector": "mbo"}, "short": EASY, "text": "Maak binnen zes weken bezwaar."}
        return [fields if deadline is None else fields | {"deadline": deadline}]

    assert found(deadlines.faults, deadline=SIX_WEEKS, variants=case(None)) == []
    assert found(deadlines.faults, deadline=SIX_WEEKS, variants=case([])) != []
    assert found(deadlines.faults, variants=case(SIX_WEEKS)) == []


# wording


@pytest.mark.parametrize(
    "text",
    [
        "Dat mag waarschijnlijk.",
        "Voor zover wij weten mag dat.",
        "Meestal mag dat.",
        "Misschien mag het.",
        "Dat komt vaak voor.",
    ],
)
def test_a_hedge_is_refused_unless_the_law_leaves_it_open(text: str) -> None:
    assert len(found(wording.faults, text=text)) == 1
    marked = ["waarschijnlijk", "voor zover wij weten", "meestal", "misschien", "vaak"]
    assert found(wording.faults, text=text, open_in_law=marked) == []
    assert found(wording.faults, DIALOGUE, text=text) == []


@pytest.mark.parametrize(
    "text", ["Hoe vaak mag dat?", "Zo vaak als u wilt.", "Dat gaat vaker mis.", "Een normale dag."]
)
def test_words_that_only_look_like_a_hedge_are_fine(text: str) -> None:
    assert found(wording.faults, text=text) == []


@pytest.mark.parametrize(
    "text", ["Vraag het 5010.", "Bel Ouders & Onderwijs.", "Bel Ouders en Onderwijs.", "Het Informatiepunt helpt."]
)
def test_a_parent_is_not_sent_to_this_desk(text: str) -> None:
    (message,) = found(wording.faults, text=text)
    assert "is this desk itself" in message


@pytest.mark.parametrize(
    "text", ["Bel {telefoon}.", "Bel {loket_phone.", "Bel loket_phone}.", "{tabel:bedragen:weg}", "{ loket_phone }"]
)
def test_a_placeholder_that_nothing_fills_is_refused(text: str) -> None:
    assert any("is no placeholder" in message for message in found(wording.faults, text=text))


@pytest.mark.parametrize(
    "text", ["Bel {loket_phone}.", "Van {vakantie:mei:2026-2027:zuid}.", "{tabel:bedragen:schoolkosten_vso}"]
)
def test_a_placeholder_that_something_fills_is_fine(text: str) -> None:
    assert found(wording.faults, text=text) == []


def test_a_pupil_is_not_called_u() -> None:
    assert found(wording.faults, child="Vraag het aan je mentor.") == []
    (message,) = found(wording.faults, child="Vraag het aan uw mentor.")
    assert "in a text for a pupil" in message


# dates


@pytest.mark.parametrize(
    "text", ["Het kost € 100.", "Het kost 25 euro.", "Dat is zo in schooljaar 2026-2027.", "Vanaf 1 januari 2027."]
)
def test_an_amount_or_a_year_needs_an_end(text: str) -> None:
    assert len(found(dates.faults, text=text)) == 1
    assert found(dates.faults, text=text, valid_until="2027-08-01", volatile="bedrag") == []


def test_the_end_of_a_phone_number_is_no_year() -> None:
    assert found(dates.faults, text="Bel Veilig Thuis: [0800-2000](tel:08002000).") == []


@pytest.mark.parametrize(
    "text",
    [
        "Dit staat in de WVO 2020.",
        "De Wet voortgezet onderwijs 2020.",
        "Van {vakantie:mei:2026-2027:zuid}.",
        "Op 1 april.",
        "Bel 0800-2000.",
    ],
)
def test_the_name_of_an_act_and_a_placeholder_have_no_end(text: str) -> None:
    assert found(dates.faults, text=text) == []


@pytest.mark.parametrize(("today", "fine"), [(date(2027, 8, 1), True), (date(2027, 8, 2), False)])
def test_an_end_that_has_passed_is_refused(today: date, fine: bool) -> None:
    changes = {"valid_until": "2027-08-01", "volatile": "bedrag"}
    assert (found(dates.faults, Context("kosten", today), **changes) == []) is fine


# routes


def test_an_answer_for_the_mbo_says_where_a_complaint_goes_there() -> None:
    text = "Helpt dat niet? Dien dan een klacht in bij het bestuur."
    changes = {"intent": "discriminatie", "text": text}
    assert len(found(routes.faults, **changes)) == 1
    assert found(routes.faults, **changes | {"text": text + " Op het mbo gaat dat via het klachtenloket."}) == []
    assert len(found(routes.faults, **changes | {"text": text + " Vraag het Loket 5010."})) == 1
    mbo = {"for": {"sector": "mbo"}, "short": EASY * 4, "text": EASY * 5}
    assert found(routes.faults, **changes, variants=[mbo]) == []


def test_an_answer_that_is_not_for_the_mbo_need_not() -> None:
    text = "Helpt dat niet? Dien dan een klacht in bij het bestuur."
    assert found(routes.faults, intent="zittenblijven_basisschool", text=text) == []


# versions


@pytest.mark.parametrize(
    ("version", "faults", "warned"), [("2026-08-01", 0, 0), ("2025-08-01", 0, 1), ("2027-01-01", 1, 0)]
)
def test_an_older_version_is_a_warning_and_an_unknown_newer_one_a_fault(version: str, faults: int, warned: int) -> None:
    law = [{"act": "WPO", "article": "40", "version": version}]
    assert (len(found(versions.faults, law=law)), len(found(versions.warnings, law=law))) == (faults, warned)


# lengths


@pytest.mark.parametrize(
    ("field", "least", "most"), [("short", 15, 60), ("text", 60, 180), ("easier", 40, 90), ("child", 30, 90)]
)
def test_each_text_has_its_length(field: str, least: int, most: int) -> None:
    def wrong(words: int) -> bool:
        return any("it may have" in message for message in found(readability.faults, **{field: "De. " * words}))

    assert [wrong(words) for words in (least - 1, least, most, most + 1)] == [True, False, False, True]
    assert not any("it may have" in m for m in found(readability.faults, DIALOGUE, **{field: "De. " * (most + 1)}))


def test_a_variant_has_lengths_too() -> None:
    case = {"for": {"sector": "mbo"}, "short": EASY * 4, "text": EASY * 5}
    assert found(readability.faults, variants=[case]) == ["text for mbo has 25 words; it may have 60-180"]
