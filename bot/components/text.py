"""What a parent typed, made fit to compare: mail noise, emoji and phone spelling taken out, meaning kept."""

import re
import unicodedata

from bot.components.spelling import corrected

# The first of these lines opens what was sent along with the message, or closes it.
_QUOTED_MAIL = re.compile(
    r"^\s*(-{2,}\s*(oorspronkelijk|doorgestuurd|original|forwarded)\b.*|"
    r"op .{4,60} schreef .{1,80}:|on .{4,60} wrote:|"
    r"(van|from):\s.*@.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER_LINE = re.compile(
    r"^\s*(van|from|aan|to|cc|verzonden|sent|datum|date|onderwerp|subject):.*$", re.IGNORECASE | re.MULTILINE
)
_REPLY_PREFIX = re.compile(r"^(\s*(re|fw|fwd|antw|doorgest):\s*)+", re.IGNORECASE)
_QUOTE_MARK = re.compile(r"^\s*>+.*$", re.MULTILINE)
_SIGNATURE = re.compile(
    r"\n\s*(met (vriendelijke|hartelijke) groet(en)?|vriendelijke groet(en)?|hartelijke groet(en)?|groetjes|mvg|"
    r"verzonden vanaf mijn|verstuurd vanaf mijn|sent from my|--\s*$).*\Z",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_LINK = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_REPEATED = re.compile(r"([^\W\d_])\1{2,}|([!?.,])\2+")
_SPACE = re.compile(r"\s+")
_SIGN = re.compile(r"[.,;:!?\"()…]")
# From this many letters, this share in capitals is a message typed in capitals, not a name or abbreviation.
_SHOUTED, _LEAST_LETTERS = 0.6, 8

# Spoken forms that parents type, and the word that the examples mostly have.
_SPOKEN = {
    "m'n": "mijn", "mn": "mijn", "z'n": "zijn", "zn": "zijn", "d'r": "haar", "'t": "het", "'n": "een",
    "ff": "even", "idd": "inderdaad", "mss": "misschien", "wrs": "waarschijnlijk", "gvd": "",
    "ivm": "in verband met", "i.v.m.": "in verband met", "dmv": "door middel van", "o.a.": "onder andere",
    "m.b.t.": "over", "mbt": "over", "bv": "bijvoorbeeld", "bijv.": "bijvoorbeeld", "jr": "jaar",
    "nie": "niet", "da": "dat", "wa": "wat", "t": "het", "n": "een", "skool": "school", "aub": "alstublieft", "svp": "alstublieft",
}  # fmt: skip
_QUESTION_WORDS = {
    "wie", "wat", "waar", "wanneer", "waarom", "hoe", "hoeveel", "welke", "welk", "mag", "mogen", "moet", "moeten", "kan",
    "kunnen", "krijgt", "krijg", "krijgen", "heb", "heeft", "hebben", "is", "zijn", "wordt", "worden", "bestaat", "geldt",
    "wil", "weet", "klopt",
}  # fmt: skip
_WORD = re.compile(r"'?[^\W_][\w'.]*", re.UNICODE)


def clean(text: str) -> str:
    """The parent's own words on one line, as spelled, except all-capitals text. Never empty, unless the text was."""
    text = unicodedata.normalize("NFKC", text).replace("\u2019", "'").replace("\u2018", "'").replace("`", "'")
    own = _without_mail_noise(text) or text
    own = _LINK.sub(" ", own)
    own = _in_lower_case("".join(character for character in own if not _pictorial(character)))
    return _SPACE.sub(" ", own).strip() or _SPACE.sub(" ", text).strip()


def _in_lower_case(text: str) -> str:
    """A text typed in capitals, without them: to the encoder they are different, rarer words."""
    letters = [character for character in text if character.isupper() or character.islower()]
    shouted = sum(map(str.isupper, letters))
    return text.lower() if len(letters) >= _LEAST_LETTERS and shouted >= _SHOUTED * len(letters) else text


def fold(text: str, *, dutch: bool = True) -> str:
    """`clean` text in lower case, without accents, drawn-out letters, spoken forms and typing errors: "M'n zóóón is geschrost" becomes
    "mijn zoon is geschorst". In another language than Dutch, spoken forms and errors stay."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    # A drawn-out letter keeps two: Dutch has many doubles and no triples.
    bare = _REPEATED.sub(lambda match: (match[1] or "") * 2 or match[2], bare)
    return _WORD.sub(_written, bare) if dutch else bare


def plain(folded: str) -> str:
    """A folded text with a space for each sign, and as long as that up to its last word: places in it stay the same."""
    return _SIGN.sub(" ", folded).rstrip()


def _written(match: re.Match[str]) -> str:
    word = match[0]
    bare = word.rstrip(".")
    return _SPOKEN.get(word) or _SPOKEN.get(bare) or corrected(bare) + word[len(bare) :]


def _without_mail_noise(text: str) -> str:
    if "\n" not in text:
        return _REPLY_PREFIX.sub("", text).strip()
    forwarded = _QUOTED_MAIL.search(text)
    # A forwarded mail without a word from the sender: the question is in what was forwarded.
    if forwarded and text[: forwarded.start()].strip():
        text = text[: forwarded.start()]
    for noise in (_QUOTED_MAIL, _HEADER_LINE, _QUOTE_MARK, _REPLY_PREFIX):
        text = noise.sub("", text)
    return _SIGNATURE.sub("", "\n" + text).strip()


def _pictorial(character: str) -> bool:
    """Emoji, their modifiers, and other characters that carry no word."""
    return ord(character) > 0x2000 and unicodedata.category(character) in ("So", "Sk", "Cn", "Co", "Cf", "Mn")


def is_question(sentence: str) -> bool:
    """Whether a sentence asks something by its form."""
    words = sentence.lower().split()
    return sentence.rstrip().endswith("?") or (bool(words) and words[0] in _QUESTION_WORDS)
