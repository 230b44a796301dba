"""Subscribers and changes for `make bench-live`."""
