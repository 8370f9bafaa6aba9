"""What objects of one Kubernetes file are called, so that none is taken for another one."""

from scanner.engines.checkov.interface import KUBERNETES
from scanner.engines.checkov.worker.names import told_apart
from tests.engines.checkov.answers.hand_made import FAILED, found, object_, record, told, unit


def test_two_objects_of_a_file_never_have_one_name() -> None:
    """By the points in names that of one can be that of another."""
    written = [("a.b", "c"), ("a", "b.c"), ("a", "d"), ("a", "d"), ("a", "d.2"), ("a", "d")]
    objects = [{"kind": "Pod", "metadata": {"namespace": namespace, "name": name}} for namespace, name in written]
    named = [f"{each['metadata']['namespace']}.{each['metadata']['name']}" for each in told_apart(objects)]
    assert named == ["a.b.c", "a.b.c.2", "a.d", "a.d.2", "a.d.2.2", "a.d.3"]


def test_what_has_labels_in_the_place_of_a_name_is_told_apart_as_well() -> None:
    objects = [{"kind": "Pod", "metadata": {"labels": {"app": "a"}}} for _ in range(2)]
    first, second = told_apart(objects)
    assert first == objects[0]
    assert second["metadata"]["name"].endswith(".2")


def test_what_has_no_metadata_stays_as_it_is() -> None:
    objects = [{"kind": "Pod", "metadata": "text"}, {"kind": "Pod"}]
    assert told_apart(objects) == objects


def test_a_failure_is_not_laid_on_an_object_whose_name_is_divided_by_other_points() -> None:
    one = object_({"kind": "Pod", "metadata": {"namespace": "a.b", "name": "c"}}, line=1)
    other = object_({"kind": "Pod", "metadata": {"namespace": "a", "name": "b.c"}}, line=9)
    both = unit(one, other, framework=KUBERNETES)
    path = f"/{one.location.path}"
    assert told(found(both, record("Pod.a.b.c", FAILED, path=path, start=1, end=8))) == [("fail", one.address, "", 1)]
    assert told(found(both, record("Pod.a.b.c.2", FAILED, path=path, start=9, end=16))) == [
        ("fail", other.address, "", 9)
    ]
