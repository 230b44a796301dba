"""The map over HTTP: vector tiles, GeoJSON of grids, and the page that shows them."""
