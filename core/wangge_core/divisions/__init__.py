"""Re-division: what is proposed for the grids of a ground, what it would do, and doing and undoing it with all that lies in them."""
