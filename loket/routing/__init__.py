"""Which team and partner a question goes to, by data/routing.yml."""
