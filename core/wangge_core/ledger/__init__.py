"""The ledger of field work: visits, talks, inspections and meetings, patrols with their tracks, and what came of them.

Times and positions are claims, judged as of the moment of which they tell. What does not count is kept, with the reason.
"""
