"""Data files are nested by their folders, and read as OPA reads them."""

from scanner.bundle.data import data_document


def test_folders_name_the_place() -> None:
    files = [
        ("b/data.json", '{"top": 1, "a": {"x": 1}}'),
        ("b/a/data.json", '{"y": 2}'),
        ("b/a/c/data.yaml", "z: 3"),
        ("b/list/data.yml", "- 1\n- 2\n"),
    ]
    found, errors = data_document(files)
    assert found == {"top": 1, "a": {"x": 1, "y": 2, "c": {"z": 3}}, "list": [1, 2]}
    assert errors == []


def test_words_for_yes_and_no_stay_texts() -> None:
    """To Kubernetes they are booleans, to OPA they are not."""
    text = 'countries: [no, se, "yes"]\nswitch: on\nsure: true\nvalue:\n  - off\n  - false\nn: Yes\n'
    found, errors = data_document([("b/data.yaml", text)])
    expected = {"countries": ["no", "se", "yes"], "switch": "on", "sure": True, "value": ["off", False], "n": "Yes"}
    assert (found, errors) == (expected, [])


def test_one_value_is_not_given_twice() -> None:
    files = [("b/data.json", '{"a": {"x": 1}}'), ("b/a/data.json", '{"x": 1}'), ("b/c/data.json", "[1]")]
    found, errors = data_document(files)
    assert found == {"a": {"x": 1}, "c": [1]}
    assert [(error.message, str(error.location)) for error in errors] == [
        ("data.a.x is given by another data file already", "b/a/data.json:1")
    ]


def test_what_cannot_be_read_is_said_and_the_rest_is_there() -> None:
    files = [
        ("b/a/data.json", "{"),
        ("b/b/data.yaml", "a: 1\n---\nb: 2\n"),
        ("b/data.json", "[]"),
        ("b/d/data.json", "4"),
    ]
    found, errors = data_document(files)
    assert found == {"d": 4}
    assert [str(error.location) for error in errors] == ["b/a/data.json:1", "b/b/data.yaml:1", "b/data.json:1"]
    assert [error.message for error in errors[1:]] == [
        "a data file holds one document",
        "the data at the top of a bundle are an object",
    ]
