"""The urban grid type of Wangge: its staffing, its kinds and the closed loop of seven stages."""
