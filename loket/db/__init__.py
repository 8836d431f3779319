"""The database connection and its transactions."""
