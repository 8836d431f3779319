"""Text from outside without what nobody types."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket.http.plain_text import has_unwanted, one_line, plain, plain_form, plain_values


def test_control_characters_and_half_characters_go_and_line_ends_stay() -> None:
    assert plain("a\x00b\x1b[1m\x7f\x9f\ud800\uffff\r\n\tc é 👩‍👧") == "ab[1m\r\n\tc é 👩‍👧"


@pytest.mark.parametrize(
    ("name", "found"), [(" \tAn\x00na\n  de Boer ", "Anna de Boer"), ("\u202eannA", "annA"), ("\x00", "")]
)
def test_a_name_is_one_line(name: str, found: str) -> None:
    assert one_line(name) == found


def test_json_is_plain_all_the_way_down() -> None:
    assert plain_values({"a\x00": ["\x01b", {"c": "\ud800d", "e": 1}], "f": None}) == {
        "a": ["b", {"c": "d", "e": 1}],
        "f": None,
    }


@pytest.mark.parametrize("body", [b"a=%00x", b"a=\x00x", b"a=%1Bx", b"a=%c2%85x", b"%00a=x"])
def test_a_form_is_plain_however_it_hides(body: bytes) -> None:
    assert parse_qsl(plain_form(body).decode()) == [("a", "x")]


def test_what_is_left_makes_no_new_one() -> None:
    assert "\x00" not in dict(parse_qsl(plain_form(b"a=%0%0000x").decode()))["a"]


def test_bytes_that_are_no_text_become_a_sign_for_that() -> None:
    assert parse_qsl(plain_form(b"a=\xff").decode()) == [("a", "\ufffd")]


@given(st.text())
def test_a_form_says_what_was_typed_but_for_the_unwanted(text: str) -> None:
    body = f"a={quote(text.encode('utf-8', 'replace'))}".encode()
    found = dict(parse_qsl(plain_form(body).decode(), keep_blank_values=True))["a"]
    assert not has_unwanted(found.replace("\ufffe", "").replace("\uffff", ""))
    assert plain(found) == plain(text.encode("utf-8", "replace").decode())
