"""The rural grid type of Wangge: natural villages, their staffing, their kinds and the small works that villagers vote on."""
