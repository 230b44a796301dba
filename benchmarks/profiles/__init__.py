"""Generated towns for measurements: a migrated database filled in bulk, equal for equal profiles and seeds on both kinds of database.

The operations of the core are passed by, because they would take hours: what is written here has the meaning that they give it.
"""
