"""The coverage doctor: whether grids cover the ground of their parent once and whole. Pure; `checking.py` alone reads the database."""
