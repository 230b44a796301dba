"""The campus grid type of Wangge: an example of a whole plugin."""
