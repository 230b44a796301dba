"""Storage: tables, the unit of work, migrations and the outbox. The only package that knows which database there is."""
