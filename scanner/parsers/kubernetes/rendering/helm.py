"""Runs `helm template`, and reads from Helm's complaint which line of a chart is wrong."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.parsers.kubernetes.rendering.programs import Failure, Limits, run

KUBERNETES_VERSION = "1.33.0"  # fixed, because what a chart renders to depends on it

_NAME = re.compile(r"[^a-z0-9-]+")
_PLACE = r"(?P<path>[^\s:()\"]+/[^\s:()\"]+)"
_PLACES = (
    re.compile(rf"(?:execution|parse) error at \({_PLACE}:(?P<line>\d+)(?::\d+)?\)"),
    re.compile(rf"\btemplate: {_PLACE}:(?P<line>\d+)(?::\d+)?"),
    re.compile(rf"YAML parse error on {_PLACE}(?P<line>):"),
)
_NESTED = re.compile(r"template: \S+: executing \"[^\"]*\" at <[^<>]*>: (?=error calling (?:include|tpl|template): )")
_CALLING = re.compile(r"error calling (?:include|tpl|template): (?=error calling |template: )")
_EXECUTING = re.compile(r"executing \"([^\"]+)\"")
_UNDEFINED = re.compile(r"no template \"([^\"]+)\" associated with template")
_HINT = re.compile(r"\s*Use --debug flag to render out invalid YAML\s*$")
_SCHEMA = "values don't meet the specifications of the schema"
_LONGEST = 400


@dataclass(frozen=True)
class HelmError:
    """Why Helm gave no result: one line.

    `template` is the template that Helm was rendering and `line` where in it, `inner` and `inner_line` the file and
    line where it failed, both files as in `# Source:` comments; empty and 0 when Helm names none. `executing` is the
    named template that failed, `undefined` the one that is used and nowhere defined.
    """

    message: str
    template: str = ""
    line: int = 0
    inner: str = ""
    inner_line: int = 0
    executing: str = ""
    undefined: str = ""
    of_schema: bool = False


def release_name(chart: str) -> str:
    """The name under which a chart is rendered: its own, as far as Helm accepts that for a release."""
    return _NAME.sub("-", chart.lower()).strip("-")[:53].strip("-") or "release"


def render(
    helm: Path, folder: Path, name: str, values: Sequence[Path], limits: Limits, *, ignore_schema: bool = False
) -> str | HelmError:
    """What `helm template` writes for the chart in `folder`, hooks and tests included, custom resource definitions not.

    Without `--validate` Helm asks no cluster: `lookup` finds nothing.
    """
    arguments = ["template", release_name(name), str(folder), "--namespace", "default"]
    arguments += ["--kube-version", KUBERNETES_VERSION, "--include-crds=false"]
    arguments += [f"--values={value.absolute()}" for value in values]
    if ignore_schema:
        arguments.append("--skip-schema-validation")
    result = run(helm, arguments, folder, limits)
    if not isinstance(result, Failure):
        return result
    said = _complaint(result.complaint, folder)
    if not said:
        return HelmError(result.reason)
    return explain(said)


def explain(complaint: str) -> HelmError:
    """Helm's complaint in one line, with the places that it names."""
    text = " ".join(_HINT.sub("", complaint).split())
    places = sorted(
        ((match.start(), match["path"], int(match["line"] or 0)) for each in _PLACES for match in each.finditer(text)),
    )
    message = f"helm template: {_CALLING.sub('', _NESTED.sub('', text)) if len(places) > 1 else text}"
    if len(message) > _LONGEST:
        message = f"{message[:_LONGEST]}…"
    (_, template, line), (_, inner, inner_line) = (places[0], places[-1]) if places else ((0, "", 0), (0, "", 0))
    executing, undefined = _EXECUTING.search(text), _UNDEFINED.search(text)
    return HelmError(
        message=message,
        template=template,
        line=line,
        inner=inner,
        inner_line=inner_line,
        executing=executing[1] if executing else "",
        undefined=undefined[1] if undefined else "",
        of_schema=_SCHEMA in text,
    )


def _complaint(text: str, folder: Path) -> str:
    """What stands behind `Error:`, without warnings before it and without the folder of the copy."""
    text = text.replace(f"{folder}/", "").replace(str(folder), "the chart")
    _, found, said = f"\n{text}".partition("\nError: ")
    return said.strip() if found else ""
