"""Importing registers: persons with their homes and households, organisations and assets, matched with what is there already."""
