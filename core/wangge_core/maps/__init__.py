"""Maps: what a map shows of the ground, as vector tiles and GeoJSON, at the zoom at which it is looked at."""
