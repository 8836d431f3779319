"""The understanding: Rasa graph components, in the order in which config.yml names them."""
