"""Moves: what may be done with an event by its workflow, and all that hangs on it being done."""
