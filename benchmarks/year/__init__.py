"""A year of the demo town, counted twice: by the service, and by plain Python over its exported tables."""
