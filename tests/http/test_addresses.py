"""Whose request it is, behind whichever proxies."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from litestar.testing import TestClient

from loket import settings
from loket.db.counters import RateCount
from loket.http.addresses import counted_as, resolve
from loket.settings import SettingsError
from tests.support.site import all_of

TRUSTED = (ip_network("127.0.0.0/8"), ip_network("::1"), ip_network("10.0.0.0/8"), ip_network("2001:db8:aa::/48"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # nobody who is trusted says so
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),  # what the browser sent itself is left of it
        ("127.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.5", "198.51.100.1"),
        ("::1", "198.51.100.1:4711", "198.51.100.1"),
        ("::ffff:127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("2001:db8:aa::1", "2001:db8::2", "2001:db8::2"),
        ("127.0.0.1", "geen adres", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, geen adres", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.5", "10.0.0.5"),
        ("testclient", "198.51.100.1", "testclient"),
        ("", "", ""),
    ],
)
def test_the_rightmost_that_is_no_proxy_counts(peer: str, forwarded: str, found: str) -> None:
    assert resolve(peer, forwarded, TRUSTED) == found


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
        ("x" * 90_000, "x" * 64),
    ],
)
def test_one_sender_is_one_key(address: str, key: str) -> None:
    assert counted_as(address) == key


def test_a_proxy_on_another_machine_is_believed_when_it_is_named(
    site: TestClient[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Litestar's client comes from "testclient", which no setting can name: two parents behind it are one address."""
    for address in ("198.51.100.1", "198.51.100.2"):
        site.post("/api/conversations", headers={"X-Forwarded-For": address})
    assert [row.count for row in all_of(RateCount)] == [2]


def test_a_proxy_that_is_no_address_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_TRUSTED_PROXIES", "10.0.0.0/8, proxy.example.nl")
    settings.load.cache_clear()
    with pytest.raises(SettingsError, match="LOKET_TRUSTED_PROXIES"):
        settings.load()
