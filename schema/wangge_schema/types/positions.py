"""Positions as inputs of reads and writes have them."""

import strawberry


@strawberry.input(description="A position in WGS 84 degrees.")
class PositionInput:
    longitude: float = strawberry.field(description="Longitude, −180 to 180.")
    latitude: float = strawberry.field(description="Latitude, −90 to 90.")
