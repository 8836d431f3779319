"""One class per action, named as in domain.yml."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from loket.assistant import dialogue
from loket.assistant.dialogue import Turn, Understood
from loket.clock import utc_now
from loket.db.base import transaction


class DialogueAction(Action, ABC):
    """An action that lets a function of loket.assistant.dialogue answer the parent's message."""

    @abstractmethod
    def name(self) -> str:
        """The action's name in domain.yml."""

    @abstractmethod
    def respond(self, turn: Turn) -> None:
        """Answer, in the transaction of the turn."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        message_id = int(tracker.latest_message["metadata"]["message_id"])
        answered = await asyncio.to_thread(self._answer, message_id, understood(tracker.latest_message))
        # The reply is in the database; Rasa only reports that it is.
        dispatcher.utter_message(json_message={"message_id": message_id, "answered": answered})
        return []

    def _answer(self, message_id: int, heard: Understood) -> bool:
        with transaction() as session:
            turn = dialogue.begin(session, message_id, heard, utc_now())
            if turn is None:
                return False
            self.respond(turn)
            return True


class ActionAnswer(DialogueAction):
    def name(self) -> str:
        return "action_answer"

    def respond(self, turn: Turn) -> None:
        dialogue.answer(turn)


class ActionAsk(DialogueAction):
    def name(self) -> str:
        return "action_ask"

    def respond(self, turn: Turn) -> None:
        dialogue.ask(turn)


class ActionHandoff(DialogueAction):
    def name(self) -> str:
        return "action_handoff"

    def respond(self, turn: Turn) -> None:
        dialogue.hand_over(turn)


class ActionNotHelped(DialogueAction):
    def name(self) -> str:
        return "action_not_helped"

    def respond(self, turn: Turn) -> None:
        dialogue.not_helped(turn)


class ActionRestartConversation(DialogueAction):
    def name(self) -> str:
        return "action_restart_conversation"

    def respond(self, turn: Turn) -> None:
        dialogue.start_again(turn)


def understood(latest: dict[str, Any]) -> Understood:
    """Rasa's latest message as the dialogue wants it."""
    return Understood.of(
        latest["intent"]["name"], latest.get("intent_ranking", []), latest.get("entities", []), latest.get("decision")
    )
