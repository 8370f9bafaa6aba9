import sarif_om as om

from scanner.reports.sarif_serialize import to_plain


def test_objects_get_the_names_of_the_schema_and_lose_what_is_not_set() -> None:
    location = om.ArtifactLocation(uri="a.tf", uri_base_id="ROOT")

    assert to_plain(om.Artifact(location=location)) == {"location": {"uri": "a.tf", "uriBaseId": "ROOT"}}


def test_defaults_are_left_out_but_for_what_says_how_bad_a_result_is() -> None:
    result = om.Result(message=om.Message(text="x"), rank=-1.0, level="warning", kind="fail")

    assert to_plain(result) == {"message": {"text": "x"}, "level": "warning", "kind": "fail"}


def test_an_empty_list_that_was_set_stays() -> None:
    assert to_plain(om.Run(tool=om.Tool(driver=om.ToolComponent(name="x")), results=[]))["results"] == []


def test_plain_values_stay_as_they_are_at_any_depth() -> None:
    value = {"properties": {"a": [1, None, {"b": om.Message(text="x")}]}}

    assert to_plain(value) == {"properties": {"a": [1, None, {"b": {"text": "x"}}]}}


def test_an_iterator_is_turned_one_by_one_as_it_is_read() -> None:
    messages = (om.Message(text=text) for text in ("a", "b"))

    assert list(to_plain({"results": messages})["results"]) == [{"text": "a"}, {"text": "b"}]
