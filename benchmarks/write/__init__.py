"""Writes beside the limit: reports and moves over HTTP, and the plain inserts of the rows that they wrote."""
