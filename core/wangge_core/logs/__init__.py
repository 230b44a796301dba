"""The logs: who read what of whom, and who changed what, each in chains that show when somebody tampered."""
