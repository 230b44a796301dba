"""Imports: other people's files become grids, buildings and events by a mapping, which is data."""
