"""The schema of a Constraint's parameters: the defaults that the API server fills in, and what it refuses."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

from scanner.core.suggestions import closest
from scanner.core.values import AttributePath

# What of OpenAPI's schemas means the same in JSON Schema; `format` and `default` refuse nothing.
_OF_NUMBERS_AND_TEXTS = ("maximum", "minimum", "multipleOf", "maxLength", "minLength", "pattern")
_OF_CONTAINERS = ("maxItems", "minItems", "uniqueItems", "maxProperties", "minProperties", "required")
_SAME = frozenset({"enum", *_OF_NUMBERS_AND_TEXTS, *_OF_CONTAINERS})
_LISTS = ("allOf", "anyOf", "oneOf")
_ANYTHING = "x-kubernetes-preserve-unknown-fields"


def with_defaults(schema: Any, value: Any) -> Any:
    """`value` with what the schema says for what is not written."""
    if not isinstance(schema, Mapping):
        return value
    if isinstance(value, Mapping):
        properties = _mapping(schema.get("properties"))
        filled = {key: _filled(properties.get(key), inner) for key, inner in value.items()}
        for name, inner in properties.items():
            if name not in filled and isinstance(inner, Mapping) and inner.get("default") is not None:
                filled[name] = deepcopy(inner["default"])
        more = schema.get("additionalProperties")
        return {name: with_defaults(properties.get(name, more), inner) for name, inner in filled.items()}
    if isinstance(value, list):
        return [with_defaults(schema.get("items"), inner) for inner in value]
    return value


def _filled(schema: Any, value: Any) -> Any:
    """A null that the schema does not take is as good as nothing, where there is a default."""
    if value is None and isinstance(schema, Mapping) and not schema.get("nullable") and "default" in schema:
        return deepcopy(schema["default"])
    return value


def problems(schema: Any, value: Any, is_legacy: bool) -> Iterator[tuple[AttributePath, str]]:
    """Where `value` does not fit, and how. With `is_legacy` it may hold what the schema does not name."""
    try:
        for error in sorted(_validator()(json_schema(schema)).iter_errors(value), key=lambda error: list(error.path)):
            yield tuple(error.absolute_path), error.message
    except RecursionError:
        yield (), "the schema of the parameters is nested too deeply"
    except Exception as error:  # noqa: BLE001 - a schema may be anything; jsonschema raises what it likes over it
        yield (), f"the schema of the parameters cannot be used: {str(error).splitlines()[0]}"
    if not is_legacy:
        yield from _unknown(schema, value, ())


def json_schema(schema: Any) -> Any:
    """A structural schema of Kubernetes as JSON Schema."""
    if not isinstance(schema, Mapping):
        return True
    found: dict[str, Any] = {key: value for key, value in schema.items() if key in _SAME}
    kind = schema.get("type")
    if schema.get("x-kubernetes-int-or-string"):
        found["type"] = ["integer", "string"]
    elif isinstance(kind, str):
        found["type"] = [kind]
    if schema.get("nullable") and "type" in found:
        found["type"] = [*found["type"], "null"]
    for bound in ("Minimum", "Maximum"):
        if schema.get(f"exclusive{bound}") is True and bound.lower() in found:
            found[f"exclusive{bound}"] = found.pop(bound.lower())
    if isinstance(schema.get("properties"), Mapping):
        found["properties"] = {str(name): json_schema(inner) for name, inner in schema["properties"].items()}
    for key in ("items", "additionalProperties", "not"):
        if key in schema:
            inner = schema[key]
            found[key] = inner if isinstance(inner, bool) else json_schema(inner)
    for key in _LISTS:
        if isinstance(schema.get(key), list):
            found[key] = [json_schema(inner) for inner in schema[key]]
    return found


def _unknown(schema: Any, value: Any, path: AttributePath) -> Iterator[tuple[AttributePath, str]]:
    """What the schema does not name: the API server would take it out without a word, and no rule would see it."""
    if not isinstance(schema, Mapping) or schema.get(_ANYTHING):
        return
    if isinstance(value, Mapping):
        properties, more = _mapping(schema.get("properties")), schema.get("additionalProperties")
        for name, inner in value.items():
            if name in properties:
                yield from _unknown(properties[name], inner, (*path, name))
            elif isinstance(more, Mapping):
                yield from _unknown(more, inner, (*path, name))
            elif more is not True:
                yield (*path, name), f"the template has no parameter {name!r}{closest([name], properties)}"
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unknown(schema.get("items"), inner, (*path, index))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


@cache
def _validator() -> Any:
    import re2  # noqa: PLC0415 - few scans have Constraints
    from jsonschema import Draft202012Validator, ValidationError, validators  # noqa: PLC0415 - see above

    def pattern(_: Any, wanted: str, value: Any, __: Any) -> Iterator[Any]:
        """In linear time, as Kubernetes does it."""
        if isinstance(value, str) and not re2.search(wanted, value):
            yield ValidationError(f"{value!r} does not match {wanted!r}")

    extended: Callable[..., Any] = validators.extend
    return extended(Draft202012Validator, {"pattern": pattern})
