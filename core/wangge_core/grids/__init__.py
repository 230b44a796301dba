"""Grids, their layers, codes and trees."""
