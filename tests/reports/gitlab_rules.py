"""What GitLab asks of its reports, as JSON Schema in our own words: of code quality reports what its parser needs and
its documentation names, of security reports the parts of schema 15.0 (sast) that we use, with their limits.
"""

from typing import Any

_TEXT = {"type": "string", "minLength": 1}
_LINE = {"type": "integer", "minimum": 1}
_PATH = {"type": "string", "minLength": 1, "not": {"pattern": "^(/|\\./|\\.\\./)"}}
_TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}
_UUID = {"type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"}
_ADDRESS = {"type": "string", "pattern": "^(https?|ftp)://.+"}


def _object(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object of these members and no other: a member that GitLab does not know is one that nobody sees."""
    properties = {**required, **optional}
    return {"type": "object", "required": list(required), "properties": properties, "additionalProperties": False}


_PROGRAM = _object(
    {"id": _TEXT, "name": _TEXT, "version": _TEXT, "vendor": _object({"name": _TEXT})},
    url={"type": "string", "pattern": "^https?://.+"},
)
_PLACE = {"file": _PATH, "start_line": _LINE, "end_line": _LINE}
_SIGNATURE = _object(
    {"algorithm": {"enum": ["hash", "location", "scope_offset", "scope_offset_compressed"]}, "value": _TEXT}
)

CODE_QUALITY: dict[str, Any] = {
    "type": "array",
    "items": _object(
        {
            "description": _TEXT,
            "check_name": _TEXT,
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": _object({"path": _PATH, "lines": _object({"begin": _LINE}, end=_LINE)}),
        }
    ),
}

SAST: dict[str, Any] = _object(
    {
        "version": {"type": "string", "pattern": r"^15\.\d+\.\d+$"},
        "scan": _object(
            {
                "analyzer": _PROGRAM,
                "scanner": _PROGRAM,
                "start_time": _TIME,
                "end_time": _TIME,
                "status": {"enum": ["success", "failure"]},
                "type": {"const": "sast"},
            },
            messages={
                "type": "array",
                "items": _object({"level": {"enum": ["info", "warn", "fatal"]}, "value": _TEXT}),
            },
        ),
        "vulnerabilities": {
            "type": "array",
            "items": _object(
                {
                    "id": _UUID,
                    "identifiers": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 20,
                        "items": _object({"type": _TEXT, "name": _TEXT, "value": _TEXT}, url=_ADDRESS),
                    },
                    "location": _object(_PLACE),
                },
                name={"type": "string", "maxLength": 255},
                description={"type": "string", "maxLength": 1_048_576},
                severity={"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
                solution={"type": "string", "maxLength": 7_000},
                links={"type": "array", "items": _object({"url": _ADDRESS}, name={"type": "string"})},
                tracking=_object(
                    {
                        "type": {"const": "source"},
                        "items": {
                            "type": "array",
                            "items": _object(
                                {**_PLACE, "signatures": {"type": "array", "minItems": 1, "items": _SIGNATURE}}
                            ),
                        },
                    }
                ),
            ),
        },
    }
)
