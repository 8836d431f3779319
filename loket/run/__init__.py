"""Starting everything: the processes, and the supervisor that keeps them alive."""
