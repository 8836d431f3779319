"""Logging in through an OpenID Connect provider that the test runs itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey
from litestar.testing import TestClient

from loket import settings
from loket.accounts import links
from loket.accounts.models import Account, Audit, StaffSession
from loket.clock import utc_now
from loket.db.base import transaction
from loket.mail.models import Outbox
from tests.support.provider import CLIENT, SECRET, Provider
from tests.support.site import PASSWORD, all_of, make_account

Site = TestClient[Any]
START = "/balie/inloggen/openid"


@pytest.fixture(autouse=True)
def configured(provider: Provider, own_settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "ISSUER": provider.issuer,
        "CLIENT_ID": CLIENT,
        "CLIENT_SECRET": SECRET,
        "NAME": "Voorbeeld",
        "ROLES": "beheer=administrator,balie=adviser,partners=partner",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"LOKET_OIDC_{name}", value)
    provider.claims["groups"] = ["balie"]
    settings.load.cache_clear()


def known(**more: Any) -> Account:
    account = make_account()
    with transaction() as session:
        mine = session.get_one(Account, account.id)
        mine.email = "aisha@loket.test"
        for name, value in more.items():
            setattr(mine, name, value)
    return account


def way_there(site: Site) -> str:
    """Go to the provider and log in there; the path with which the browser comes back."""
    gone = site.get(START)
    assert gone.status_code == 303, gone.text
    back = httpx.get(gone.headers["location"])
    address = urlsplit(back.headers["location"])
    return f"{address.path}?{address.query}"


def log_in(site: Site) -> Any:
    return site.get(way_there(site))


def is_in(site: Site) -> bool:
    return bool(site.get("/balie").status_code == 200)


def test_who_has_the_address_gets_in_and_is_known_by_subject(site: Site) -> None:
    account = known()
    answer = log_in(site)
    assert answer.status_code == 200
    assert is_in(site)
    (row,) = all_of(Account)
    assert (row.id, row.oidc_subject, row.last_login_at is not None) == (account.id, "aisha-1", True)
    assert [line.action for line in all_of(Audit)] == ["account.link_provider", "login.provider"]


def test_afterwards_the_subject_counts_and_not_the_address(site: Site, provider: Provider) -> None:
    known(oidc_subject="aisha-1", email="oud@loket.test")
    provider.claims |= {"email": "niemand@loket.test", "email_verified": False}
    log_in(site)
    assert is_in(site)


def test_another_subject_with_the_address_is_refused(site: Site) -> None:
    known(oidc_subject="iemand-anders")
    assert "nog geen account" in log_in(site).text
    assert not is_in(site)


def with_claim(name: str, value: Any) -> Callable[[Provider], None]:
    def spoil(provider: Provider) -> None:
        provider.spoil = lambda claims: claims.__setitem__(name, value)

    return spoil


def without_claim(name: str) -> Callable[[Provider], None]:
    def spoil(provider: Provider) -> None:
        provider.spoil = lambda claims: claims.pop(name)

    return spoil


def other_key(provider: Provider) -> None:
    provider.key = RSAKey.generate_key(2048, {"kid": "een"})


def signed_with_the_shared_secret(provider: Provider) -> None:
    provider.header = {"alg": "HS256", "kid": "een"}
    provider.key = OctKey.import_key(SECRET * 4, {"kid": "een"})


@pytest.mark.parametrize(
    "spoil",
    [
        with_claim("nonce", "een andere"),
        without_claim("nonce"),
        with_claim("aud", "iemand-anders"),
        with_claim("aud", ["iemand-anders", "nog-een"]),
        without_claim("aud"),
        with_claim("iss", "https://ergens-anders.nl"),
        without_claim("iss"),
        with_claim("exp", int(time.time()) - 3600),
        without_claim("exp"),
        with_claim("iat", int(time.time()) + 3600),
        with_claim("nbf", int(time.time()) + 3600),
        with_claim("azp", "iemand-anders"),
        with_claim("at_hash", "klopt-niet"),
        without_claim("sub"),
        with_claim("sub", ""),
        with_claim("sub", ["aisha-1"]),
        with_claim("sub", "x" * 256),
        other_key,
        signed_with_the_shared_secret,
    ],
)
def test_a_token_that_is_not_right_is_refused(
    site: Site, provider: Provider, spoil: Callable[[Provider], None]
) -> None:
    known()
    spoil(provider)
    page = log_in(site)
    assert page.status_code == 422
    assert "niet klopt of te oud" in page.text
    assert not is_in(site)
    assert all_of(Account)[0].oidc_subject is None
    assert [line.action for line in all_of(Audit)] == ["login.provider_failed"]


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_confirmed_is_refused(site: Site, provider: Provider, verified: Any) -> None:
    known()
    provider.claims["email_verified"] = verified
    assert "niet bevestigd" in log_in(site).text
    assert not is_in(site)


def test_who_is_unknown_is_refused_in_clear_words(site: Site, provider: Provider) -> None:
    provider.claims["groups"] = ["iets", "partners"]
    assert "Vraag de beheerder om een uitnodiging" in log_in(site).text
    assert all_of(Account) == []


def test_who_is_unknown_and_has_a_role_gets_an_account(site: Site, provider: Provider) -> None:
    provider.claims["groups"] = ["balie", "beheer"]
    log_in(site)
    assert is_in(site)
    (row,) = all_of(Account)
    assert (row.email, row.role, row.name, row.password_hash) == ("aisha@loket.test", "administrator", "Aisha", "")


def test_the_claim_sets_the_role_at_every_login(site: Site, provider: Provider) -> None:
    known(role="lead")
    provider.claims["groups"] = "balie"
    log_in(site)
    assert all_of(Account)[0].role == "adviser"
    assert len(all_of(StaffSession)) == 1


def test_who_is_taken_out_of_the_group_is_out_here_also_with_logins_that_are_open(
    site: Site, provider: Provider
) -> None:
    account = known(role="adviser")
    provider.claims["groups"] = ["balie"]
    log_in(site)
    other = site.cookies["balie"]
    provider.claims["groups"] = ["iets anders"]
    assert "geeft u geen toegang" in log_in(site).text
    assert all_of(StaffSession) == []
    assert site.get("/balie", headers={"Cookie": f"balie={other}"}).status_code == 303
    assert all_of(Account)[0].role == account.role


def test_an_invited_colleague_without_a_role_at_the_provider_is_not_linked(site: Site, provider: Provider) -> None:
    known(role="lead")
    del provider.claims["groups"]
    assert "geeft u geen toegang" in log_in(site).text
    assert all_of(Account)[0].oidc_subject is None


def test_a_partner_needs_no_role_at_the_provider(site: Site, provider: Provider) -> None:
    known(role="partner", partner="nko")
    del provider.claims["groups"]
    log_in(site)
    assert is_in(site)


def test_without_roles_of_the_provider_an_account_keeps_its_own(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_OIDC_ROLES", "")
    settings.load.cache_clear()
    known(role="lead")
    log_in(site)
    assert is_in(site)


@pytest.mark.parametrize("allowed", [False, True])
def test_an_account_of_the_provider_gets_a_password_here_only_when_that_is_allowed(
    site: Site, provider: Provider, monkeypatch: pytest.MonkeyPatch, allowed: bool
) -> None:
    monkeypatch.setenv("LOKET_OIDC_LOCAL_PASSWORDS", str(allowed))
    settings.load.cache_clear()
    provider.claims["groups"] = ["balie"]
    log_in(site)
    site.post("/balie/wachtwoord-vergeten", data={"email": "aisha@loket.test"})
    assert bool(all_of(Outbox)) is allowed


def test_an_invitation_from_before_the_first_login_there_gives_no_password(site: Site, provider: Provider) -> None:
    account = known(password_hash="")
    with transaction() as session:
        link = links.send(session, session.get_one(Account, account.id), links.Purpose.INVITATION, utc_now())
    provider.claims["groups"] = ["balie"]
    log_in(site)
    path = f"/balie/link/{link.rpartition('/')[2]}"
    assert site.post(path, data={"new": "een heel andere zin"}).status_code == 404
    assert all_of(Account)[0].password_hash == ""


def test_the_last_administrator_stays_one_whatever_the_provider_says(site: Site, provider: Provider) -> None:
    known(role="administrator")
    provider.claims["groups"] = ["balie"]
    log_in(site)
    assert is_in(site)
    assert all_of(Account)[0].role == "administrator"


def test_an_account_that_is_switched_off_stays_off(site: Site) -> None:
    known(active=False)
    assert "staat uit" in log_in(site).text
    assert not is_in(site)


def test_what_came_back_is_taken_once_even_when_the_provider_would(site: Site, provider: Provider) -> None:
    known()
    gone = site.get(START)
    ticket = gone.cookies["balie-openid"]
    back = urlsplit(httpx.get(gone.headers["location"]).headers["location"])
    codes = dict(provider.codes)
    assert site.get(f"{back.path}?{back.query}").status_code == 200
    provider.codes |= codes
    site.cookies.clear()
    site.cookies.set("balie-openid", ticket, path=START)
    again = site.get(f"{back.path}?{back.query}")
    assert again.status_code == 422
    assert not is_in(site)


def test_a_code_that_the_provider_has_taken_before_is_refused(site: Site, provider: Provider) -> None:
    known()
    path = way_there(site)
    provider.codes.clear()
    assert "niet klopt" in site.get(path).text


def test_what_another_browser_began_is_refused(site: Site) -> None:
    known()
    path = way_there(site)
    site.cookies.clear()
    assert site.get(path).status_code == 422
    site.get(START)
    assert site.get(path).status_code == 422
    assert not is_in(site)


def test_a_ticket_lasts_ten_minutes(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    known()
    path = way_there(site)
    later = utc_now() + timedelta(minutes=11)
    monkeypatch.setattr("loket.desk.openid_pages.utc_now", lambda: later)
    assert site.get(path).status_code == 422


@pytest.mark.parametrize("query", ["", "state=x", "code=x", "error=access_denied&state=x", "code=é&state=é"])
def test_a_made_up_answer_is_a_calm_page(site: Site, query: str) -> None:
    site.get(START)
    page = site.get(f"{START}/terug?{query}")
    assert page.status_code == 422
    assert "Inloggen lukt niet" in page.text


def test_who_stops_at_the_provider_is_told_so(site: Site) -> None:
    path = way_there(site)
    state = path.rpartition("state=")[2]
    assert "niet afgemaakt" in site.get(f"{START}/terug?error=access_denied&state={state}").text


def test_guessing_is_slowed_down(site: Site) -> None:
    known()
    for _ in range(5):
        site.get(f"{START}/terug?code=x&state=x")
    assert "Wacht 30 seconden" in log_in(site).text


def test_with_the_provider_away_the_password_still_works(site: Site, provider: Provider) -> None:
    known()
    path = way_there(site)
    provider.down = True
    for address in (path, START):
        page = site.get(address)
        assert page.status_code == 422
        assert "niet bereikbaar" in page.text
    site.post("/balie/inloggen", data={"email": "aisha@loket.test", "password": PASSWORD})
    assert is_in(site)


def test_with_nobody_listening_it_is_the_same_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_OIDC_ISSUER", "http://127.0.0.1:9")
    settings.load.cache_clear()
    assert "niet bereikbaar" in site.get(START).text


def test_a_provider_that_calls_itself_otherwise_is_not_trusted(site: Site, provider: Provider) -> None:
    provider.issuer = "https://ergens-anders.nl"
    assert "niet bereikbaar" in site.get(START).text


def test_the_ticket_is_sealed_and_lax_and_goes_nowhere_else(site: Site) -> None:
    gone = site.get(START)
    cookie = gone.headers["set-cookie"].lower()
    for part in ("httponly", "samesite=lax", f"path={START}", "max-age=600"):
        assert part in cookie
    state = gone.headers["location"].partition("state=")[2].partition("&")[0]
    assert state not in cookie


def test_the_code_goes_into_no_referer(site: Site) -> None:
    known()
    assert log_in(site).headers["referrer-policy"] == "no-referrer"


def test_the_provider_alone_refuses_passwords(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    known()
    monkeypatch.setenv("LOKET_OIDC_ONLY", "1")
    settings.load.cache_clear()
    page = site.get("/balie/inloggen")
    assert "Inloggen met Voorbeeld" in page.text
    assert 'type="password"' not in page.text
    answer = site.post("/balie/inloggen", data={"email": "aisha@loket.test", "password": PASSWORD})
    assert answer.status_code == 403
    assert not is_in(site)


def test_the_second_factor_is_the_affair_of_the_provider(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    known(must_change_password=True)
    monkeypatch.setenv("LOKET_SECOND_FACTOR", "required")
    settings.load.cache_clear()
    log_in(site)
    assert is_in(site)


def test_without_a_provider_there_is_no_such_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOKET_OIDC_ISSUER")
    settings.load.cache_clear()
    assert site.get(START).status_code == 404
    assert "Inloggen met" not in site.get("/balie/inloggen").text
