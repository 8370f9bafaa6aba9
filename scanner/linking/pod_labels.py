"""The labels by which selectors find a workload's pods: the parser's, and those that exist in a cluster only."""

from scanner.core.resource import Resource
from scanner.linking.reading import text
from scanner.linking.selectors import labels_of


def pod_labels(workload: Resource) -> dict[str, str | None]:
    """The labels of the pods; what is written wins over a default, and a controller's own over what is written."""
    kind, name, component = (text(workload, part) for part in ("kind", "name", "component"))
    written = labels_of(workload.attributes.get("labels"))
    if kind == "InferenceService":
        # Only without Knative, where it is the label that KServe's own Deployments and Services use.
        return {"app": f"isvc.{name}-{component}", **written}
    if kind.startswith("Ray"):
        node = {"ray.io/is-ray-node": "yes", "ray.io/node-type": "head" if component == "head" else "worker"}
        # The clusters of the other kinds get a name with a random end.
        return {**written, **node, **({"ray.io/cluster": name} if kind == "RayCluster" else {})}
    if kind == "Job":
        return {**written, "job-name": name, "batch.kubernetes.io/job-name": name}
    return written
