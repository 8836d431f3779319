"""What is said: conversations, messages, the log of questions, how a parent can be reached."""
