"""Outgoing mail: the outbox and the sender."""
