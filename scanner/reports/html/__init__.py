"""The report as one page that a browser opens from anywhere: nothing is loaded, nothing leaves."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from scanner.core.result import ScanResult
from scanner.reports.html.view import page
from scanner.reports.interface import RenderOptions


def render(result: ScanResult, _options: RenderOptions) -> str:
    """The page; the browser lets in it run only the script and the style that are its own, by their hashes."""
    style, script = _own("report.css"), _own("report.js")
    text: str = (
        _environment()
        .get_template("report.html.jinja")
        .render(page=page(result), style=style, script=script, style_hash=_hash(style), script_hash=_hash(script))
    )
    return f"{text}\n"


@cache
def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


@cache
def _environment() -> Any:
    import jinja2  # noqa: PLC0415 - a fifth of the time in which every command starts

    return jinja2.Environment(
        loader=jinja2.PackageLoader(__package__),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
