"""Posts, the viewer, and what follows from them: where somebody may do what, and which rows somebody sees."""
