"""The queue: tickets, who may see them, who has them, by when they are answered."""
