"""Campaigns: what is done to a whole list that was frozen at the start, nobody missed and nobody twice; see docs/campaigns.md."""
