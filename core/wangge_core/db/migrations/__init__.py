"""The one Alembic history of the whole service; plugins bring no tables and so no migrations."""
