"""The answers in data/faq."""
