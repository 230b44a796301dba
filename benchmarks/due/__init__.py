"""Due lists on generated towns: needs and a ledger are added to a profile's town, and the lists are timed."""
