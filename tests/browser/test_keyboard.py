"""With the keyboard alone: Tab, Enter and letters, nothing else."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser import steps

MOST_STOPS = 60
ANSWER = "U krijgt hulp."


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press Tab until the target has the focus, and see that the focus shows."""
    expect(target).to_be_visible()
    for _ in range(MOST_STOPS):
        if target.evaluate("element => element === document.activeElement"):
            assert target.evaluate("element => getComputedStyle(element).outlineStyle") != "none", "no visible focus"
            return
        page.keyboard.press(key)
    raise AssertionError(f"{MOST_STOPS} times {key} does not lead to {target}")


def test_a_parent_goes_the_whole_way(parent: Page) -> None:
    tab_to(parent, parent.locator("#text"))
    parent.keyboard.type(steps.QUESTION)
    parent.keyboard.press("Enter")
    expect(steps.bubbles(parent)).to_have_count(1)
    expect(parent.locator("#text")).to_be_focused()

    tab_to(parent, parent.get_by_role("button", name="Nee, dit helpt niet"), "Shift+Tab")
    parent.keyboard.press("Enter")
    # The focus goes to what was said, so that the next stop is the choice below it.
    yes = parent.get_by_role("button", name="Ja, vraag het een adviseur")
    expect(yes).to_be_visible()
    parent.keyboard.press("Tab")
    expect(yes).to_be_focused()
    parent.keyboard.press("Enter")
    steps.reference(parent)

    tab_to(parent, parent.get_by_role("link", name="de pagina van uw vraag"))
    parent.keyboard.press("Enter")
    field = parent.get_by_label("Iets toevoegen of vragen")
    tab_to(parent, field)
    parent.keyboard.type("Het gaat om groep 7.")
    tab_to(parent, parent.get_by_role("button", name="Verstuur"))
    parent.keyboard.press("Enter")
    expect(steps.bubbles(parent).filter(has_text="groep 7")).to_have_count(1)


def test_the_skip_link_comes_first_and_works(parent: Page) -> None:
    parent.keyboard.press("Tab")
    expect(parent.get_by_role("link", name="Naar de inhoud")).to_be_focused()
    parent.keyboard.press("Enter")
    expect(parent.locator("#inhoud")).to_be_focused()


def test_shift_enter_makes_a_new_line(parent: Page) -> None:
    parent.locator("#text").focus()
    parent.keyboard.type("eerste regel")
    parent.keyboard.press("Shift+Enter")
    parent.keyboard.type("tweede regel")
    expect(parent.locator("#text")).to_have_value("eerste regel\ntweede regel")
    expect(steps.bubbles(parent)).to_have_count(0)


def test_an_adviser_goes_the_whole_way(parent: Page, desk: Page) -> None:
    number = steps.hand_over(parent)
    tab_to(desk, desk.get_by_role("link", name=number))
    desk.keyboard.press("Enter")
    tab_to(desk, desk.get_by_role("button", name="Ik neem deze vraag"))
    desk.keyboard.press("Enter")
    tab_to(desk, desk.get_by_label("Uw antwoord aan de ouder"))
    desk.keyboard.type(ANSWER)
    tab_to(desk, desk.get_by_role("button", name="Verstuur antwoord"))
    desk.keyboard.press("Enter")
    expect(steps.bubbles(parent, "adviser")).to_contain_text(ANSWER)


def test_news_does_not_take_the_focus_from_a_button(parent: Page) -> None:
    steps.ask(parent)
    button = parent.get_by_role("button", name="Nee, dit helpt niet")
    tab_to(parent, button, "Shift+Tab")
    other = parent.context.new_page()
    other.goto(parent.url)
    steps.ask(other, "Mag de school mijn kind schorsen?")
    expect(steps.bubbles(parent)).to_have_count(2)
    expect(button.first).to_be_focused()
    other.close()
