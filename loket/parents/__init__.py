"""The parents' pages and the API of a conversation."""
