"""Staffing: what templates ask for against the posts that are held, who is tied to grids, courses, and how posts are handed over."""
