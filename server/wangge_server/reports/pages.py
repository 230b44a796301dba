"""Pages: a report as HTML with charts in it, well-formed, without a script, to be printed on A4."""

from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from wangge_core.indicators.requests import Counts
from wangge_core.plugin.declarations.indicators import Unit
from wangge_core.plugin.declarations.labels import Label
from wangge_core.rights.viewers import Language
from wangge_server.reports.charts import LABELS, THICK, bars_of, lines_of
from wangge_server.reports.figures import Line, Report
from wangge_server.reports.words import WORDS

HERE = Path(__file__).parent
STYLE = (HERE / "report.css").read_text(encoding="utf-8")
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)
"""The content policy of the pages: nothing is loaded, and nothing runs."""
NONE = "—"
TEMPLATES = Environment(
    loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def report_page(report: Report, language: Language, made_at: datetime) -> str:
    """The page of a report; `made_at` is local."""

    def text(label: Label) -> str:
        return label.in_language(language)

    def change(line: Line) -> str:
        if line.change is None:
            return NONE
        unit = f" {text(WORDS['points'])}" if line.unit is Unit.PERCENT else " %"
        return f"{line.change:+.2f}{unit}"

    return TEMPLATES.get_template("report.html").render(
        report=report,
        language=language,
        style=Markup(STYLE),
        words=WORDS,
        text=text,
        number=_number,
        made_of=_made_of,
        change=change,
        made_at=made_at.strftime("%Y-%m-%d %H:%M"),
        counted_at=report.counted_at and report.counted_at.strftime("%Y-%m-%d %H:%M"),
        running=made_at.date() < report.month.after.first,
        bars=bars_of(report.kinds),
        lines=lines_of(report.days),
        labels=LABELS,
        thick=THICK,
    )


def _number(value: float | None, unit: Unit) -> str:
    if value is None:
        return NONE
    match unit:
        case Unit.PERCENT:
            return f"{value:.2f} %"
        case Unit.COUNT:
            return f"{value:,.0f}"
        case Unit.MINUTES:
            return f"{value:,.0f} min"
        case Unit.RATIO:
            return f"{value:.2f}"


def _made_of(counts: Counts) -> str:
    return "" if counts.denominator is None else f"{counts.numerator:,} / {counts.denominator:,}"
