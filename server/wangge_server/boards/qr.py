"""QR codes (ISO/IEC 18004) as SVG, by segno: level Q, so that a quarter of one may be scratched."""

from io import BytesIO

import segno

BORDER = 4
"""Modules of white around it, as the standard wants."""


def qr_inline(text: str) -> str:
    """The SVG element to stand inside of a page; it has a `viewBox` and takes the size that the page gives it."""
    return _code(text).svg_inline(border=BORDER, omitsize=True, svgclass="qr", lineclass=None, title=text)


def qr_file(text: str) -> bytes:
    """An SVG file of ten pixels a module."""
    out = BytesIO()
    _code(text).save(out, kind="svg", scale=10, border=BORDER, title=text, light="white")
    return out.getvalue()


def _code(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="q")
