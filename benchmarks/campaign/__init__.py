"""A campaign over a generated town, checked in by many clients at once over connections that break."""
