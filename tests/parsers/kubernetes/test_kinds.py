"""Every kind that starts pods: its workloads and containers, value by value and line by line.

`fixtures/parsers/kubernetes/kinds/` has the manifests, its folder `expected/` what each workload and container must be.
An attribute that is not listed there must not be there, or be empty.
"""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from scanner.core.values import Unresolved, parse_path
from tests.parsers.kubernetes.conftest import FIXTURES

KINDS = FIXTURES / "kinds"
_OF_WORKLOADS = """
component labels annotations replicas automount_token host_network host_pid host_ipc host_users share_process_namespace
runtime_class volumes resources security_context service_account serving runtime storage_uri dataset_uri model_format
canary_traffic_percent templates filled_in nodes
"""
_OF_CONTAINERS = """
role image command args env env_values arguments ports resources volume_mounts security_context service_account serving
runtime inherited filled_in script
"""
OF_WORKLOADS, OF_CONTAINERS = _OF_WORKLOADS.split(), _OF_CONTAINERS.split()
NAMES = [path.stem for path in sorted(KINDS.glob("*.yaml"))]


def expected_of(name: str) -> dict[str, Any]:
    expected = yaml.safe_load((KINDS / "expected" / f"{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(expected, dict)
    return expected


def plain(value: Any) -> Any:
    """The value, with the reason in place of what is not known."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return {"unknown": value.reason} if isinstance(value, Unresolved) else value


@pytest.mark.parametrize("name", NAMES)
def test_the_fixture_is_read_as_a_whole(read_fixture: Callable[[str], Any], name: str) -> None:
    reading = read_fixture(f"kinds/{name}.yaml")
    assert reading.told() == []
    assert sorted(reading.addresses("workload", "container")) == sorted(expected_of(name))


CASES = [(name, address) for name in NAMES for address in expected_of(name)]


@pytest.mark.parametrize(("name", "address"), CASES)
def test_attributes_and_lines(read_fixture: Callable[[str], Any], name: str, address: str) -> None:
    reading = read_fixture(f"kinds/{name}.yaml")
    found, expected = reading.resource(address), expected_of(name)[address]
    assert found.location.start_line == expected["line"]
    for attribute in OF_WORKLOADS if found.type == "workload" else OF_CONTAINERS:
        value = plain(found.attributes.get(attribute))
        assert (None if value in ({}, []) else value) == expected["attributes"].get(attribute), attribute
    for path, line in expected["lines"].items():
        assert found.locate(parse_path(path)).start_line == line, path
