"""The notice board: who looks after a place, how to reach them and where the station is, for everybody."""
