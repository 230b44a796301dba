"""Events: what one is, how it begins, its history, and what allows and asks what of whom; kinds and numbers."""
