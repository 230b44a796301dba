"""Notice boards as pages: to look at, to print, and to be found by a QR code."""
