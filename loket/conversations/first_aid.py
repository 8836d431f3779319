"""What is said first where a child may be in danger: who helps at once, by kind, and nothing that is not true at that hour.

Short texts with the right numbers; the full ones are answers in data/faq. Each number is checked against data/faq/phones.yml.
"""

from __future__ import annotations

_112 = "Is er nu gevaar? Bel **112**."
_113 = "Denkt uw kind of denkt u aan zelfmoord? Bel **113** of **0800-0113** (gratis), dag en nacht, of chat op [113.nl](https://www.113.nl)."
_VEILIG_THUIS = "Bel **Veilig Thuis**: **0800-2000** (gratis), dag en nacht. U mag ook bellen om alleen te overleggen."
_KINDERTELEFOON = (
    "Uw kind kan zelf bellen met de **Kindertelefoon**: **0800-0432** (gratis), elke dag van 11.00 tot 21.00 uur."
)
_CSG = "Bel het **Centrum Seksueel Geweld**: **0800-0188** (gratis), dag en nacht. Bel liefst binnen zeven dagen."
_POLITIE = "Geen spoed, wel politie? Bel **0900-8844**."
_INSPECTIE = "Bel de **vertrouwensinspecteur**: **0900 111 3 111**, op werkdagen van 8.00 tot 17.00 uur."

FAILURE_LINE = "Is uw kind nu in gevaar? Bel **112**. Denkt uw kind of denkt u aan zelfmoord? Bel **113** of **0800-0113** (gratis), dag en nacht."
"""Stands in every text that says that the assistant does not answer."""

_LINES: dict[str, tuple[str, list[str]]] = {
    "suicide": ("Wat erg dat het zo slecht gaat. Laat uw kind nu niet alleen.", [_112, _113, _KINDERTELEFOON]),
    "self_harm": (
        "Wat naar. Blijf rustig bij uw kind en verzorg de wonden. Bel ook de huisarts of de huisartsenpost.",
        ["Is de wond diep of zijn er pillen geslikt? Bel **112**.", _113, _KINDERTELEFOON],
    ),
    "abuse_home": (
        "Goed dat u dit zegt. U hoeft het niet zeker te weten om hulp te vragen.",
        [_112, _VEILIG_THUIS, _KINDERTELEFOON],
    ),
    "abuse_school": (
        "Goed dat u dit zegt. Uw kind mag hier nooit alleen mee blijven.",
        [_112, _INSPECTIE, _CSG, "Aangifte doen kan bij de politie: **0900-8844**."],
    ),
    "sexual_peer": (
        "Wat erg. Uw kind heeft hier geen schuld aan. Bewaar berichten en kleren.",
        [_112, _CSG, _INSPECTIE, "Gaan er beelden rond? Kijk op [helpwanted.nl](https://www.helpwanted.nl)."],
    ),
    "threat_weapon": (
        "Neem dit serieus. Ga er zelf niet op af.",
        [_112, _POLITIE, "Waarschuw ook meteen de school."],
    ),
    "missing_runaway": (
        "Is uw kind weg en weet u niet waar het is? U hoeft niet te wachten.",
        ["Is uw kind jong, ziek of in gevaar? Bel **112**.", "Bel anders nu de politie: **0900-8844**.", _113],
    ),
    "eating_disorder": (
        "Wat zorgelijk. Een eetstoornis is een ziekte, en er is hulp.",
        [
            "Flauwgevallen, of al dagen niets gegeten of gedronken? Bel **112** of de huisartsenpost.",
            "Bel vandaag de huisarts.",
            _113,
        ],
    ),
    "forced_marriage_honour": (
        "Niemand mag gedwongen worden om te trouwen. Praat er niet over met mensen die dit willen.",
        [_112, _VEILIG_THUIS, _KINDERTELEFOON],
    ),
    "exploitation": (
        "Goed dat u dit zegt. Dit is niet de schuld van uw kind.",
        [_112, _POLITIE, _VEILIG_THUIS, "Gaan er beelden rond? Kijk op [helpwanted.nl](https://www.helpwanted.nl)."],
    ),
    "parent_crisis": (
        "Wat zwaar voor u. U hoeft dit niet alleen te doen.",
        [_112, _113, "Bel uw huisarts, of 's nachts de huisartsenpost."],
    ),
}

ASK = {
    "suicide": "Is uw kind in gevaar, of denkt het aan zelfmoord? Dan helpen wij u meteen.",
    "self_harm": "Doet uw kind zichzelf pijn, of denkt het aan zelfmoord? Dan helpen wij u meteen.",
    "abuse_home": "Is het thuis niet veilig voor uw kind of voor u? Dan helpen wij u meteen.",
    "abuse_school": "Is uw kind op school geslagen of aangeraakt, of is het bang voor iemand? Dan helpen wij u meteen.",
    "sexual_peer": "Is uw kind gedwongen tot iets wat het niet wil? Dan helpen wij u meteen.",
    "threat_weapon": "Wordt uw kind bedreigd, of heeft iemand een wapen? Dan helpen wij u meteen.",
    "missing_runaway": "Is uw kind nu weg, en weet u niet waar? Dan helpen wij u meteen.",
    "eating_disorder": "Eet of drinkt uw kind bijna niet meer? Dan helpen wij u meteen.",
    "forced_marriage_honour": "Wordt uw kind gedwongen te trouwen, of is het bang voor de familie? Dan helpen wij u meteen.",
    "exploitation": "Dwingt iemand uw kind tot iets, of krijgt het geld of spullen van een vreemde? Dan helpen wij u meteen.",
    "parent_crisis": "Gaat het niet meer met u, of denkt u aan zelfmoord? Dan helpen wij u meteen.",
}
"""The calm line above an ordinary answer, by kind."""

BUTTON = "Ja, ik heb nu hulp nodig"
OTHER = "suicide"
"""The kind whose words are used for a kind that this module does not know."""

REPEATED = f"{_112} {_113} Een adviseur heeft uw bericht gekregen."


def text(kind: str, *, now_open: bool) -> str:
    """The help of this kind, as Markdown, and whether somebody of the counter reads along at this hour."""
    here = (
        "Wij waarschuwen nu een adviseur van Loket 5010."
        if now_open
        else "Bij Loket 5010 leest nu niemand mee: wij zijn gesloten. Wacht niet op ons, bel."
    )
    return f"{numbers(kind)}\n\n{here}"


def numbers(kind: str) -> str:
    """Who helps with this kind of danger, as Markdown."""
    opening, lines = _LINES.get(kind, _LINES[OTHER])
    return "\n".join([opening, "", *(f"- {line}" for line in lines)])


def ask(kind: str) -> str:
    return ASK.get(kind, ASK[OTHER])
