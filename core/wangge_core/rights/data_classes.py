"""The four classes of data, as every field of the schema and every detail of a plugin declares one of them.

PUBLIC is for everybody who sees the row, STAFF too unless a rule says otherwise; PRIVATE asks for READ_PRIVATE over the row's grid and is
masked without it; SEALED is encrypted, shown as its mask only, and leaves by a reveal.
"""

from wangge_core.plugin.declarations.details import DataClass

__all__ = ["DataClass"]
