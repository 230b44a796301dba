"""Steering: what is done with a running event beside the moves of its workflow, from evidence to appeals."""
