"""Rasa's custom actions. They are thin: what happens is decided in loket.assistant.dialogue."""
