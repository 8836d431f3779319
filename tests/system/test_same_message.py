"""The same message, or many of them, over several connections: taken in once and in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.support.service import Parent, RunningService

QUESTION = "Ben ik verplicht de ouderbijdrage te betalen?"


def by_parent(parent: Parent) -> list[str]:
    return [message["text"] for message in parent.history()["messages"] if message["sender"] == "parent"]


def test_ten_times_the_same_post_at_once_is_one_message_with_one_answer(service: RunningService) -> None:
    parent = service.conversation()
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: parent.send(QUESTION, "een").raise_for_status().json(), range(10)))
    assert by_parent(parent) == [QUESTION]
    said = [message["id"] for message in parent.history()["messages"] if message["kind"] == "answer"]
    assert len(said) == 1
    assert any([message["id"] for message in answer["messages"]] == said for answer in answers)


def test_ten_handoffs_at_once_are_one_ticket(service: RunningService) -> None:
    parent = service.conversation()
    parent.ask(QUESTION)
    with ThreadPoolExecutor(10) as pool:
        receipts = list(pool.map(lambda _: parent.post("handoff", {"question": QUESTION}).json(), range(10)))
    assert len({receipt["reference"] for receipt in receipts}) == 1
    assert sum(message["kind"] == "handed_over" for message in parent.history()["messages"]) == 1


def test_thirty_messages_over_four_connections_keep_their_order(service: RunningService) -> None:
    parent = service.conversation()
    connections = [parent, *(service.conversation().client for _ in range(3))]
    lanes = [Parent(getattr(c, "client", c), parent.id, parent.token, []) for c in connections]
    sent = [f"bericht {number}" for number in range(30)]
    for number, text in enumerate(sent):
        lanes[number % 4].send(text).raise_for_status()
    assert by_parent(parent) == sent


def test_after_the_handoff_the_parent_is_never_met_with_silence(service: RunningService) -> None:
    parent = service.conversation()
    parent.ask(QUESTION)
    parent.post("handoff", {"question": QUESTION}).raise_for_status()
    last = parent.history()["messages"][-1]["id"]
    for number in range(20):
        # Answered by itself, or added to the question that waits: one reply, and no second ticket.
        kinds = [message["kind"] for message in parent.ask(f"{QUESTION} {number}")["messages"]]
        assert kinds in (["answer"], ["added"])
    receipts = [message for message in parent.history(after=last)["messages"] if message["kind"] == "handed_over"]
    assert receipts == []
