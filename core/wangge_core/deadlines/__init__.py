"""Deadlines: calendars, clocks and what they make of an event's time."""
