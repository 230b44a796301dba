"""The scenic grid type of Wangge: sights, trails and old towns, their staffing, their kinds and the ten-minute rescue."""
