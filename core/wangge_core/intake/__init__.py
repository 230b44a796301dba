"""The ways in for residents, visitors and other systems, and how they follow what became of it."""
