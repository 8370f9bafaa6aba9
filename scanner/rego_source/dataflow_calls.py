"""What the built-in functions of Rego do with the values that they are given."""

from scanner.rego_source.module import Path

# They ask for the type alone.
CHECKS: frozenset[Path] = frozenset(
    {
        *(("is_array",), ("is_boolean",), ("is_null",), ("is_number",), ("is_object",), ("is_set",), ("is_string",)),
        ("type_name",),
    }
)

# Their result consists of the values that they are given.
MERGING: frozenset[Path] = frozenset(
    {
        *(("array", "concat"), ("array", "flatten"), ("array", "reverse")),
        *(("intersection",), ("object", "filter"), ("object", "remove"), ("object", "union"), ("object", "union_n")),
        *(("sort",), ("union",)),
    }
)

# They put it into a text.
SHOWING: frozenset[Path] = frozenset({("print",), ("sprintf",), ("trace",)})

GETTING: Path = ("object", "get")
SLICING: Path = ("array", "slice")
PRESENCE: Path = ("object", "keys")
WALKING: Path = ("walk",)
