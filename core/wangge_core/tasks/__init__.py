"""Tasks: the pieces of work that events put on posts and offices, and who is on duty to take them."""
