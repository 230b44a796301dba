"""The outbox as a stream: where a reader stands in it, pages of what came after, pruning, and being woken when there is more."""
