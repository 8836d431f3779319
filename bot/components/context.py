"""What was said before a message: whether the message leans on it, and its probabilities read with it. No Rasa here.

A message that says enough by itself, and any message without something before it, is left exactly as it was.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np

from bot.components.text import fold

# Message property: how the message leans on what was said before (a Leaning).
LEANING = "leaning"
# Longest message, in words, that may lean on the question before it, and how much one with words of its own does.
SHORT, WEAK = 14, 0.3
# Key of the metadata that the service sends with a text.
METADATA = "context"


class Context(NamedTuple):
    """The parent's last question, the intents that were answered, the questions offered after that, and the theme."""

    question: str
    intents: tuple[str, ...] = ()
    follow_up: tuple[str, ...] = ()
    theme: str = ""


class Weights(NamedTuple):
    """How much what was said before counts; config.yml says in plain words what the numbers mean."""

    alone: float = 0.75
    together: float = 0.2
    together_leaning: float = 0.35
    same_question: float = 10.0
    same_question_leaning: float = 6.5
    follow_up: float = 8.0
    same_theme: float = 3.7
    not_again: float = 0.1
    not_plain: float = 0.02
    least_chance: float = 0.0001
    wrong_in_context: float = 5.0


class Leaning(NamedTuple):
    """`weight` from 0 (says everything by itself) to 1 (says nothing without the question before); `text` is both together.

    A `correction` says that the answer was to another question; an `empty` one does not say which question it was.
    A `weak` one has words of its own, and is read with the question before only if those leave it in doubt.
    """

    context: Context
    weight: float
    text: str
    correction: bool = False
    empty: bool = False
    weak: bool = False


_OPENERS = re.compile(r"^(en|maar|of|dus|want|ook|dan)\b")
_CORRECTION = re.compile(
    r"^(nee+[,.! ]*)?((maar )?ik bedoel(de)?( eigenlijk)?( dat)?|(nee+|niet dat|dat niet)[,.!]+|dat bedoel(de)? ik niet|"
    r"zo bedoel(de)? ik( het)? niet|dat (is|was) (niet|geen antwoord op)( wat| mijn)? (ik )?(vraag|vroeg|bedoel|bedoelde)|"
    r"dat vraag ik niet|dat vroeg ik niet|mijn vraag (is|was)|u begrijpt mij( niet| verkeerd)|je begrijpt me( niet| verkeerd)|"
    r"daar gaat het niet over|verkeerd begrepen)[,.:;! ]*(maar|ik bedoel(de)?|dat)?[,.:;! ]*"
)
# Words with which a message points at something that it does not name.
_POINTING = frozenset(
    [
        "dat",
        "die",
        "dit",
        "deze",
        "het",
        "daar",
        "daarvoor",
        "daarover",
        "daarmee",
        "daarna",
        "daartegen",
        "daaraan",
        "daarin",
        "daarbij",
        "daarnaar",
        "erover",
        "ervoor",
        "er",
        "eraf",
        "dan",
        "ze",
        "zij",
        "hij",
        "hem",
        "haar",
        "hun",
        "zo",
        "die",
    ]
)
# Words that many messages about school have, whatever they ask. What is left of a message names its subject.
_COMMON = _POINTING | frozenset(
    ["a", "aan", "al", "alleen", "alles", "als", "altijd", "andere", "anders", "bent", "beslissen", "beslist", "binnen", "bij", "daar", "dag", "dagen", "dan", "de", "deze", "dit", "doe", "doen", "doet", "door", "dus", "echt", "een", "eerst", "eigenlijk", "elke", "en", "er", "eens", "even", "ga", "gaan", "gaat", "gedaan", "geen", "geld", "gebeurt", "geven", "gewoon", "gewoonweg", "graag", "had", "heb", "hebben", "heeft", "heel", "heen", "help", "helpen", "helpt", "hen", "hier", "hoe", "hoeveel", "hoelang", "iemand", "iets", "ik", "in", "is", "ja", "jaar", "je", "jij", "jullie", "kan", "kind", "kinderen", "komen", "komt", "kon", "kost", "krijg", "krijgen", "krijgt", "kunnen", "kunt", "lang", "langs", "later", "liever", "maar", "mag", "maanden", "maximaal", "mee", "meer", "meisje", "met", "mij", "mijn", "moet", "moeten", "mogen", "na", "naar", "niet", "niets", "niks", "nodig", "nog", "nou", "nu", "of", "om", "omdat", "ons", "onze", "ook", "op", "over", "overal", "praten", "regelen", "s", "school", "steeds", "snel", "spreken", "te", "tegen", "tijd", "toch", "toe", "toen", "tot", "tussen", "uit", "u", "uur", "uw", "van", "vanaf", "veel", "vervolgens", "voor", "vraag", "vragen", "waar", "waarom", "waarop", "waarheen", "wachten", "want", "wanneer", "was", "wat", "we", "week", "weet", "weken", "weigert", "weigeren", "wel", "welk", "welke", "werkt", "wie", "wij", "wil", "willen", "word", "worden", "wordt", "wou", "zal", "ze", "zegt", "zeggen", "zelf", "zelfs", "zich", "zijn", "zoals", "zomaar", "zonder", "zoon", "zou", "zus", "broer", "broertje", "zusje", "dochter", "zoontje", "dochtertje", "meisje", "jongen", "jongste", "oudste", "tweeling", "juf", "meester", "leraar", "leerkracht", "docent", "mentor", "directeur", "directie", "rector", "oud", "oude", "groep", "klas", "eens", "mis", "misschien", "nee", "neen", "juist", "nogmaals", "betalen", "betaalt", "waard", "beide", "ander", "moest", "zeker", "dacht", "denk", "denkt", "vind", "vindt", "gezegd", "luisteren", "luistert", "man", "vrouw", "ouders", "ouder", "moeder", "vader"]
)  # fmt: skip
# Said like this, what steers the conversation is meant as such.
_PLAIN = re.compile(
    r"\b(hallo|hoi|goede(morgen|middag|navond|n avond)|bedankt?|dank ?(u|je|jullie)|thanks|tot ziens|doei|fijne (dag|avond)|adviseur|"
    r"medewerker|mens(en)? spreken|echte? (mens|persoon)|iemand (kunnen )?(spreken|aan de lijn)|iemand (mij|me) bellen|bel(len)? (mij|me)|"
    r"(mij|me) (terug)?bellen|terugbellen|opnieuw beginnen|begin(nen)? opnieuw|nieuw gesprek|robot|computer|chatbot|"
    r"(jullie|uw) (openingstijden|telefoonnummer|nummer)|openingstijden|status van mijn|mijn gegevens|heb ik niets? aan|helpt (mij )?niet)\b"
)
_WORD = re.compile(r"[^\W\d_][\w']*")


def read(metadata: Any) -> Context | None:
    """What the service sent about the question before; None when there is none, or it cannot be read."""
    given = metadata.get(METADATA) if isinstance(metadata, Mapping) else None
    question = given.get("question") if isinstance(given, Mapping) else None
    if not isinstance(question, str) or not question.strip():
        return None

    def names(key: str) -> tuple[str, ...]:
        found = given.get(key)
        return tuple(name for name in found if isinstance(name, str)) if isinstance(found, list | tuple) else ()

    theme = given.get("theme")
    return Context(question.strip(), names("intents"), names("follow_up"), theme if isinstance(theme, str) else "")


def leaning(text: str, context: Context | None) -> Leaning | None:
    """How `text` leans on the question before it; None when it says enough by itself, or there is nothing before it."""
    if context is None:
        return None
    folded = fold(text)
    if _PLAIN.search(folded):
        return None
    if found := _CORRECTION.match(folded):
        rest = text[found.end() :].strip() if len(folded) == len(text) else folded[found.end() :].strip()
        if len(rest.split()) < 2:
            return Leaning(context, 1.0, context.question, correction=True, empty=True)
        return Leaning(context, _weight(fold(rest)), together(context.question, rest), correction=True)
    weight = _weight(folded)
    both = together(context.question, text)
    if not weight and len(_WORD.findall(folded)) <= SHORT:
        return Leaning(context, WEAK, both, weak=True)
    return Leaning(context, weight, both) if weight else None


def together(question: str, text: str) -> str:
    """A question and what was typed after it, as one text."""
    return f"{_closed(question)} {text}"


def topic_words(folded: str) -> list[str]:
    """The words of a folded text that name a subject."""
    return [word for word in _WORD.findall(folded) if word not in _COMMON and len(word) > 2]


def says_something(leans: Leaning) -> bool:
    """Whether the message itself names at least two things, and does not only continue the question before."""
    own = leans.text.removeprefix(_closed(leans.context.question))
    return len(topic_words(fold(own))) >= 2


def _weight(folded: str) -> float:
    words = _WORD.findall(folded)
    topics = len(topic_words(folded))
    if topics == 0:
        return 0.8
    opens, points = bool(_OPENERS.match(folded)), bool(_POINTING & set(words))
    if len(words) > SHORT or topics > 3:
        return 0.0
    if opens:
        return {1: 0.6, 2: 0.48, 3: 0.32}[topics]
    if points:
        return {1: 0.56, 2: 0.32, 3: 0.0}[topics]
    return 0.4 if topics == 1 and len(words) <= 5 else 0.0


def _closed(question: str) -> str:
    return question if question[-1] in ".?!" else f"{question}."


def mix(
    intents: list[str],
    alone: np.ndarray,
    together: np.ndarray,
    leans: Leaning,
    dialogue: Collection[str],
    themes: Mapping[str, str],
    weights: Weights,
) -> np.ndarray:
    """The probabilities of a message (`alone`) and of it with the question before (`together`), as one, shape (intents,).

    They are weighed as two witnesses, by their logarithms: what only one of them thinks likely is doubted, what neither
    excludes comes forward. What steers the conversation ("dank u", "ik wil iemand spreken") is meant only if said plainly.
    """
    chances = np.stack([alone, together])
    chances[:, [intent in dialogue for intent in intents]] *= weights.not_plain
    # A message that is small talk by its words alone ("al vaker") says little by them.
    alone_counts = weights.alone * min(float(chances[0].sum()), 1.0)
    together_counts = weights.together + weights.together_leaning * leans.weight
    score = np.array([alone_counts, together_counts]) @ np.log(chances + weights.least_chance)
    mixed = np.exp(score - score.max()) * _odds(intents, leans, themes, weights)
    return mixed / mixed.sum()


def _odds(intents: list[str], leans: Leaning, themes: Mapping[str, str], weights: Weights) -> np.ndarray:
    context = leans.context
    same = (
        weights.not_again if leans.correction else weights.same_question * weights.same_question_leaning**leans.weight
    )
    odds = np.ones(len(intents))
    for place, intent in enumerate(intents):
        if context.theme and themes.get(intent) == context.theme:
            odds[place] *= weights.same_theme
        if intent in context.follow_up:
            odds[place] *= weights.follow_up
        if intent in context.intents:
            odds[place] *= same
    return odds
