"""The oracle: a slow interpreter of the schema's declarations, against which the planner is tried.

It shares nothing with the planner but the declarations themselves. It walks a selection set field by field and row by row; joins
are pairs of ids, and visibility, filters, orders, pages and counts are plain Python over all rows of a small town.
"""
