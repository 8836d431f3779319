"""What the assistant does with a turn: hand it to Rasa, decide what is said, hand over."""
