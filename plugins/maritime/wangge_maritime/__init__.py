"""The maritime grid type of Wangge: sea grids with their vessels and rafts, their staffing, their kinds and distress at sea."""
