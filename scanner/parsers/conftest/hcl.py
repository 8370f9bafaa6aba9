"""HCL in the shape of hcl2json, which Conftest hands to policies: expressions stay text in `${…}`.

The grammar is native code, so that this runs in a worker process.
"""

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.isolation import WorkerError
from scanner.parsers.conftest.part import Part, as_go, whole
from scanner.parsers.interface import ParseContext
from scanner.yaml_source import SourceError

_JOB = "scanner.parsers.conftest.hcl_tree:read"


def read_hcl(text: str, path: str, context: ParseContext) -> list[Part]:
    """The blocks and attributes of a file."""
    text = text.removeprefix("\ufeff")
    with context.working() as worker:
        try:
            answer = worker.call(_JOB, text, context.time_limit)
        except WorkerError as error:
            raise SourceError(f"not read: {error}", Location(path, 1)) from None
    if answer["error"] is not None:
        message, line, column = answer["error"]
        raise SourceError(message, Location(path, line, column))
    locations: dict[AttributePath, Location] = {tuple(at): Location(path, *place) for at, place in answer["places"]}
    return [Part(as_go(answer["contents"]), whole(text, path), locations)]
