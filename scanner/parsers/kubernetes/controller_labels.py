"""The labels that a controller puts on the pods that it starts; all of them come from the object."""

from scanner.parsers.kubernetes.training import KUBEFLOW_JOBS

_WITHOUT_MODEL = ("scheduler", "tokenizer")


def controller_labels(type_: str, name: str, component: str) -> dict[str, str]:
    """The labels of the pods of one component, beside those that are written in its template."""
    if type_ == "InferenceService":
        part = component.partition("-")[0]
        return {
            "serving.kserve.io/inferenceservice": name,
            "component": "predictor" if part == "canary" or component == "predictor-worker" else component,
        }
    if type_ == "LLMInferenceService" and component not in _WITHOUT_MODEL:
        own = {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "llminferenceservice"}
        return {**own, "kserve.io/component": "workload"}
    if type_ in KUBEFLOW_JOBS:
        job = {"training.kubeflow.org/job-name": name}
        return {**job, "training.kubeflow.org/replica-type": component.lower()}
    if type_ in ("JobSet", "TrainJob"):
        return {"jobset.sigs.k8s.io/jobset-name": name, "jobset.sigs.k8s.io/replicatedjob-name": component}
    key = _NAMED_BY.get(type_)
    return {key: name} if key else {}


_NAMED_BY = {
    "InferenceGraph": "serving.kserve.io/inferencegraph",
    "KnativeService": "serving.knative.dev/service",
    "LeaderWorkerSet": "leaderworkerset.sigs.k8s.io/name",
    "Notebook": "notebook-name",
    "Workflow": "workflows.argoproj.io/workflow",
}
