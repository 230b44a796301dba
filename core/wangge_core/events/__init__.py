"""Events: reporting them, moving them through their workflow, and their history."""
