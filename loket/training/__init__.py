"""Training examples, gold questions, and how well the assistant does on them."""
