"""Published standards: which kinds there are, when to file them, in what time, and when they may be closed."""
