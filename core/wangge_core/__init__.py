"""The domain of Wangge: grids, places, people, events and the rights over them. Knows no GraphQL and no HTTP."""
