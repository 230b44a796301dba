"""Indicators: what is counted of events and of the ledger, kept as tallies, and figures made of it."""
