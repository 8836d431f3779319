"""The versions of the database. `tables` imports every table, for migrations and tests."""
