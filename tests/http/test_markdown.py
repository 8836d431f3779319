"""Whatever a parent, an adviser or an editor typed is safe to show."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient

from loket.clock import utc_now
from loket.db.base import transaction
from loket.http.markdown import from_markdown, from_plain
from loket.tickets import claims, queue
from loket.tickets.models import Ticket
from tests.support.site import Adviser, make_account, make_ticket

PAYLOADS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<a href=javascript:alert(1)>klik</a>",
    "<a href='java\tscript:alert(1)'>klik</a>",
    "<style>*{background:url(//x.example)}</style>",
    "<link rel=stylesheet href=//x.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//x.example'>",
    "<base href=//x.example/>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "[klik](javascript:alert(1))",
    "[klik](JaVaScRiPt:alert(1))",
    "[klik](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[klik](vbscript:msgbox(1))",
    '![x](x"onerror="alert(1))',
    '[x](https://x.example/"onmouseover="alert(1))',
    "<javascript:alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "`<script>alert(1)</script>`",
    "{{ 7 * 7 }}{% raw %}<script>alert(1)</script>",
    "\u202e<script>alert(1)</script>",
]
ALLOWED = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "code"}
ATTRIBUTES = {"a": {"href", "rel"}, "ol": {"start"}}


class Tags(HTMLParser):
    """The tags and attributes that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def dangers(html: str) -> list[str]:
    """What may not stand in a message."""
    wrong = []
    for tag, attributes in Tags(html).found:
        if tag not in ALLOWED or set(attributes) - ATTRIBUTES.get(tag, set()):
            wrong.append(f"<{tag} {attributes}>")
        href = attributes.get("href") or "https://"
        if not href.startswith(("https://", "http://", "mailto:", "tel:", "/", "x", "#")):
            wrong.append(href)
    return wrong


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markdown_is_safe(payload: str) -> None:
    assert dangers(from_markdown(payload)) == []


@pytest.mark.parametrize("payload", PAYLOADS)
def test_plain_text_stands_for_itself(payload: str) -> None:
    assert {tag for tag, _ in Tags(from_plain(payload)).found} <= {"p", "br"}


@given(st.text(st.sampled_from(list("<>[]()!&;:/\"'`*_-#=\n \\abjscript\u0000")), max_size=60))
def test_whatever_is_typed_is_safe(text: str) -> None:
    assert dangers(from_markdown(text)) == []
    assert {tag for tag, _ in Tags(from_plain(text)).found} <= {"p", "br"}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**vet** en *schuin*", "<p><strong>vet</strong> en <em>schuin</em></p>\n"),
        ("een\ntwee", "<p>een<br>\ntwee</p>\n"),
        ("3. drie", '<ol start="3">\n<li>drie</li>\n</ol>\n'),
        ("# kop", "kop\n"),
        ("![plaatje](https://x.example/x.png)", "<p></p>\n"),
        ("[x](https://a.nl)", '<p><a href="https://a.nl" rel="noopener noreferrer">x</a></p>\n'),
    ],
)
def test_markdown_becomes_plain_html(text: str, html: str) -> None:
    assert from_markdown(text) == html


def test_plain_text_keeps_its_lines_and_paragraphs() -> None:
    assert from_plain("een\ntwee\r\n\r\n**drie**") == "<p>een<br>twee</p><p>**drie**</p>"


def page_tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    return Tags(html).found


def assert_harmless(html: str) -> None:
    """No script but our own files, no handler, no frame, no address that runs something."""
    for tag, attributes in page_tags(html):
        assert tag not in {"iframe", "object", "embed", "base", "svg", "math", "style", "img", "video", "audio"}, tag
        assert tag != "script" or str(attributes.get("src")).startswith("/static/")
        assert not [name for name in attributes if name.startswith("on")], attributes
        for name in ("href", "action", "src"):
            assert not str(attributes.get(name) or "").lower().lstrip().startswith(("javascript", "data:", "vbscript"))


def test_a_question_is_harmless_on_every_page(site: TestClient[Any], adviser: Adviser) -> None:
    for payload in PAYLOADS:
        ticket = make_ticket(payload)
        for page in (site.get(f"/vraag/{ticket.token}"), adviser.get(f"/balie/vragen/{ticket.id}")):
            assert page.status_code == 200
            assert_harmless(page.text)
    assert_harmless(adviser.get("/balie").text)


def test_a_question_is_harmless_on_the_chat_page(site: TestClient[Any]) -> None:
    site.post("/vraag-achterlaten", data={"question": "Mag dit?"})
    for payload in PAYLOADS:
        assert site.post("/", data={"text": payload}).status_code == 303
    assert_harmless(site.get("/").text)
    for payload in PAYLOADS[:5]:
        form = {"question": payload, "email": payload, "phone": payload, "when": payload}
        assert_harmless(site.post("/vraag-achterlaten", data=form).text)
        assert_harmless(site.post("/", data={"text": payload + "a" * 5000}).text)


def test_an_answer_and_a_name_are_harmless_on_every_page(site: TestClient[Any], adviser: Adviser) -> None:
    for payload in PAYLOADS:
        ticket, colleague = make_ticket(), make_account("x" + payload[:60])
        with transaction() as session:
            claims.claim(session, ticket.id, colleague, utc_now())
            queue.reply(session, session.get_one(Ticket, ticket.id), colleague, payload, utc_now())
        for page in (site.get(f"/vraag/{ticket.token}"), adviser.get(f"/balie/vragen/{ticket.id}")):
            assert page.status_code == 200
            assert_harmless(page.text)
    assert_harmless(adviser.get("/balie").text)
