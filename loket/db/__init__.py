"""Persistence. `loket.db.models` imports every table, for migrations and tests."""
