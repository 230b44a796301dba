"""Sealing: values that are encrypted in their rows, the keys for it, and the change of keys."""
