"""Buildings, units, organisations, offices, assets and places."""
