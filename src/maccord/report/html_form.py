"""The report as one page for people: HTML that asks the network for nothing and runs nothing but its own script."""

from markupsafe import Markup

from maccord.report.html_data import data_block
from maccord.report.html_shell import rendered
from maccord.report.html_view import view
from maccord.report.illustration import Illustration
from maccord.report.model import Report


def as_html(report: Report, drawn: Illustration) -> str:
    """Return the page. `drawn` is what it shows beside the report (`app.illustrate`)."""
    return rendered(
        "report.html",
        scripts=["script"],
        page=view(report, drawn),
        report=report,
        version=report.maccord,
        data=Markup(data_block(report, drawn)),  # noqa: S704 - escaped there
    )
