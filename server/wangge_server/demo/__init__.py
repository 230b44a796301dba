"""A fictional town to try the service with.

Its people, firms and places are invented. Everything in it is made from a seed and written through the core's operations, so that
it obeys the same rules as a real town.
"""
