"""Shapes on the ground: coordinate systems, GeoJSON, validity, exact tests, tiles. Pure; no database."""
