"""The objects of a rendered chart, each with the lines of its template, and what there is to say about the chart."""

from collections.abc import Iterator
from dataclasses import replace

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.parsers.kubernetes.manifests import Manifest, manifests_of
from scanner.parsers.kubernetes.reading import at, word
from scanner.parsers.kubernetes.rendering.chart_run import Output, Run, is_rendered, name_of, some
from scanner.parsers.kubernetes.rendering.rendered import document_at, document_in, settled_object, values_of
from scanner.yaml_source import Document, SourceError

_TEST_HOOKS = frozenset(("test", "test-success", "test-failure"))


def manifests_in(run: Run, output: Output, told: list[Notification]) -> list[Manifest]:
    """The objects of a rendering, in the order of their templates; what is said about them goes to `told`."""
    manifests: list[Manifest] = []
    tests = 0
    makes: set[str] = set()
    for source in sorted(output.plain):
        place = run.template(source)
        if isinstance(place, str):
            makes.add(place)
        for document in _documents(run, output, source, place):
            if isinstance(document, SourceError):
                told.append(Notification(Level.ERROR, document.message, "parser", document.location))
                continue
            for name, where in document.duplicate_keys:
                message = f"the key {name} is written twice and the last one counts; keep one"
                told.append(Notification(Level.WARNING, message, "parser", where))
            for each in manifests_of(document):
                if isinstance(each, Notification):
                    told.append(each)
                elif _is_test(each):
                    tests += 1
                else:
                    manifests.append(each)
    told += _remarks(run, makes, tests, len(manifests))
    return manifests


def _documents(run: Run, output: Output, source: str, place: str | Location) -> Iterator[Document | SourceError]:
    found = output.plain[source]
    twins, others = output.marked.get(source, []), (output.other or {}).get(source, [])
    for index, chunk in enumerate(found):
        twin = twins[index] if len(twins) == len(found) else None
        other = others[index] if len(others) == len(found) else None
        if isinstance(place, Location):
            documents = list(document_at(chunk, place))
        else:
            documents = list(document_in(chunk, twin, place, run.sources))
        values = values_of(other) if other and other.text != chunk.text else []
        read = [each for each in documents if isinstance(each, Document)]
        yield from (each for each in documents if isinstance(each, SourceError))
        for number, each in enumerate(read):
            if len(values) == len(read):
                yield replace(each, value=settled_object(each.value, values[number]))
            else:
                yield each


def _remarks(run: Run, makes: set[str], tests: int, objects: int) -> list[Notification]:
    chart = run.parts.chart
    told = []
    candidates = [path for path in run.texts if is_rendered(path) and path not in run.dropped]
    silent = [path for path in candidates if path not in makes]
    advice = "give the values that are deployed with --helm-values"
    if not objects and not run.dropped:
        message = f"the chart {chart.shown} makes no object with these values; {advice}"
        told.append(Notification(Level.WARNING, message, "parser", chart.location))
    elif silent:
        message = (
            f"{len(silent)} of {len(candidates)} templates of the chart {chart.shown} make no object with these values "
            f"({some([*map(name_of, silent)])}); {advice}"
        )
        told.append(Notification(Level.NOTE, message, "parser", chart.location))
    if tests:
        objects_made = f"{tests} object{'' if tests == 1 else 's'}"
        message = f"not checked: {objects_made} of the chart {chart.shown}, made for helm test alone"
        told.append(Notification(Level.NOTE, message, "parser", chart.location))
    return told


def _is_test(manifest: Manifest) -> bool:
    """Whether an object is no part of what is installed: Helm makes it for `helm test` alone."""
    hooks = word(at(manifest.body, "metadata", "annotations", "helm.sh/hook")) or ""
    names = {each.strip() for each in hooks.split(",") if each.strip()}
    return bool(names) and names <= _TEST_HOOKS
