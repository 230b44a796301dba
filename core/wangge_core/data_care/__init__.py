"""Care for personal data: what is held on a person, corrections, erasure, retention, and statistics that tell of nobody."""
