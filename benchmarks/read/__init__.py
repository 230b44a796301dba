"""Reads beside the peers: the same six questions to four servers over the same tables, checked to be answered alike, then timed."""
