"""Sites that an answer may rest on, may name, or may not."""

from __future__ import annotations

import pytest

from loket.faq import domains


@pytest.mark.parametrize(
    ("url", "official", "refused"),
    [
        ("https://www.rijksoverheid.nl/onderwerpen", True, False),
        ("https://onderwijsgeschillen.nl/", True, False),
        ("https://organisaties.overheid.nl/Gemeenten/", True, False),
        ("https://nietrijksoverheid.nl/", False, False),
        ("https://rijksoverheid.nl.evil.com/", False, False),
        ("https://oudersenonderwijs.nl/kennisbank/", False, False),
        ("https://oudersenonderwijs.nl/en/page", False, True),
        ("https://english.onderwijsinspectie.nl/", False, True),
        ("https://www.oudersonderwijs.nl/x", False, True),
        ("https://www.helpwanted.nl/", True, False),
        ("https://www.helpwanted.nl/en/", False, True),
        ("https://www.helpwanted.nl/english", True, False),
        ("https://www.113.nl/schoolopdracht", False, True),
        ("https://acceptatie.24baby.nl/", False, True),
        ("https://kekmama.nl/x", False, True),
    ],
)
def test_a_site_is_official_or_refused_or_neither(url: str, official: bool, refused: bool) -> None:
    assert (domains.official(url), domains.refusal(url) is not None) == (official, refused)
