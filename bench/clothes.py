"""The same question in other clothes: capitals, no punctuation, phone spelling, typing errors, no accents, emoji, lower case.

    bot/.venv/bin/python bench/clothes.py [--model models/loket.tar.gz] [--show]

Applies each to all gold questions, and prints the share whose first reply (what is decided, about which intents, and the level
of danger) is that of the plain text, with its 95 % margin. The errors are drawn from a fixed seed.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

PHONE = {
    "mijn": "mn", "zijn": "zn", "een": "n", "het": "t", "even": "ff", "niet": "nie", "dat": "da", "wat": "wa", "ook": "ok",
    "misschien": "mss", "in verband met": "ivm", "jaar": "jr", "haar": "dr", "school": "skool", "alsjeblieft": "aub",
}  # fmt: skip
EMOJI = ("😢", "🙏", "😡", "🤷", "❤️")
Wear = Callable[[str, random.Random], str]


def capitals(text: str, _: random.Random) -> str:
    return text.upper()


def no_signs(text: str, _: random.Random) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[.,;:!?\"()…]", "", text)).strip()


def phone(text: str, _: random.Random) -> str:
    return re.sub(r"[a-z]+", lambda word: PHONE.get(word[0], word[0]), text.lower())


def typing_errors(text: str, chance: random.Random) -> str:
    """In one word in eight two letters are swapped, one is dropped or one is typed twice."""
    words = text.split(" ")
    for place, word in enumerate(words):
        if len(word) > 3 and chance.random() < 1 / 8:
            at = chance.randrange(1, len(word) - 1)
            words[place] = chance.choice(
                (
                    word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                    word[:at] + word[at + 1 :],
                    word[: at + 1] + word[at:],
                )
            )
    return " ".join(words)


def no_accents(text: str, _: random.Random) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def emoji(text: str, chance: random.Random) -> str:
    return f"{text} {chance.choice(EMOJI)}{chance.choice(EMOJI)}"


def lower_case(text: str, _: random.Random) -> str:
    return text.lower()


CLOTHES: dict[str, Wear] = {
    "capitals": capitals,
    "no signs": no_signs,
    "phone spelling": phone,
    "typing errors": typing_errors,
    "no accents": no_accents,
    "emoji": emoji,
    "lower case": lower_case,
}


def gold(folder: Path) -> list[tuple[str, str]]:
    """The gold questions of every theme's file, and their intents."""
    found = []
    for path in sorted(folder.glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(content, dict) and "nlu" in content:
            lines = [(line, entry["intent"]) for entry in content["nlu"] for line in entry["examples"].splitlines()]
            found += [(line.strip()[2:], intent) for line, intent in lines if line.strip()]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=Path("models/loket.tar.gz"))
    parser.add_argument("--gold", type=Path, default=Path("data/evaluation"))
    parser.add_argument("--every", type=int, default=1, help="take one question in so many")
    parser.add_argument("--show", action="store_true", help="print what gets another reply")
    arguments = parser.parse_args()
    from bot.parse import load

    parse = load(arguments.model)

    def reply(text: str) -> tuple[object, ...]:
        decision = parse(text)["decision"]
        # Of a question back, the first meaning counts: the parent sees it on top.
        shown = decision["intents"] if decision["kind"] == "answer" else decision["intents"][:1]
        return decision["kind"], *shown, decision["safety"]["level"]

    texts = [text for text, _ in gold(arguments.gold)[:: arguments.every]]
    plain = [reply(text) for text in texts]
    for name, wear in CLOTHES.items():
        chance = random.Random(5010)
        worn = [wear(text, chance) for text in texts]
        changed = [text != other for text, other in zip(texts, worn, strict=True)]
        found = [was == reply(text) for was, text in zip(plain, worn, strict=True)]
        same, of = sum(found), len(found)
        half = 1.96 * math.sqrt(same / of * (1 - same / of) / of)
        print(f"{name:<16}{same / of:7.1%}  ± {half:.1%}   ({sum(changed)} of {of} changed)", flush=True)
        if arguments.show:
            for text, was, good in zip(worn, plain, found, strict=True):
                if not good:
                    print("   ", was, reply(text), text)


if __name__ == "__main__":
    main()
