"""Work that waits: rows in one lease table, run by whichever process claims them, once in effect."""
