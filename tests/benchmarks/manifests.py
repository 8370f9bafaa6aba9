"""Writes a folder of Kubernetes manifests for a comparison of speed.

Usage: python -m tests.benchmarks.manifests FOLDER [COUNT]. Every tenth of the files is one model server's part of a
serving platform: its Deployment, Service, Ingress, NetworkPolicy, ServiceAccount, Role, RoleBinding, ConfigMap,
HorizontalPodAutoscaler and InferenceService, each in a file of its own and in one of twenty namespaces.
"""

import sys
from pathlib import Path

_KINDS = {
    "deployment": """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: {namespace}, labels: {{app: {name}}}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}, tier: serving}}}}
    spec:
      serviceAccountName: {name}
      automountServiceAccountToken: false
      securityContext: {{runAsNonRoot: {odd}, seccompProfile: {{type: RuntimeDefault}}}}
      containers:
        - name: server
          image: registry.example/vllm-openai:v0.{number}
          args: ["--model", "acme/model-{number}", "--revision", "main", "--port", "8000"]
          env:
            - {{name: CONFIG_HOST, value: "{name}.{namespace}.svc.cluster.local:8000"}}
            - {{name: HF_TOKEN, valueFrom: {{secretKeyRef: {{name: hub, key: token}}}}}}
          ports: [{{name: http, containerPort: 8000}}]
          resources: {{limits: {{cpu: "4", memory: 16Gi, nvidia.com/gpu: "1"}}}}
          securityContext: {{allowPrivilegeEscalation: false, readOnlyRootFilesystem: true}}
          volumeMounts: [{{name: cache, mountPath: /cache}}]
      volumes: [{{name: cache, emptyDir: {{}}}}]
""",
    "service": """\
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  selector: {{app: {name}}}
  ports: [{{name: http, port: 80, targetPort: http}}]
""",
    "ingress": """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  ingressClassName: nginx
  rules:
    - host: {name}.models.example
      http:
        paths:
          - {{path: /, pathType: Prefix, backend: {{service: {{name: {name}, port: {{name: http}}}}}}}}
""",
    "networkpolicy": """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  podSelector: {{matchLabels: {{app: {name}}}}}
  policyTypes: [Ingress]
  ingress:
    - from: [{{podSelector: {{matchLabels: {{app: gateway}}}}}}]
      ports: [{{port: 8000}}]
""",
    "serviceaccount": """\
apiVersion: v1
kind: ServiceAccount
metadata: {{name: {name}, namespace: {namespace}}}
""",
    "role": """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {{name: {name}, namespace: {namespace}}}
rules:
  - {{apiGroups: [""], resources: [configmaps], verbs: [get, list]}}
  - {{apiGroups: [apps], resources: [deployments], verbs: ["*"]}}
""",
    "rolebinding": """\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: {name}, namespace: {namespace}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: Role, name: {name}}}
subjects: [{{kind: ServiceAccount, name: {name}}}]
""",
    "configmap": """\
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}, namespace: {namespace}}}
data:
  server.yaml: |
    model: acme/model-{number}
    upstream: http://{name}.{namespace}.svc:80/v1
    log_requests: false
""",
    "autoscaler": """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: {name}}}
  minReplicas: 2
  maxReplicas: 8
  metrics: [{{type: Resource, resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 70}}}}}}]
""",
    "inferenceservice": """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: {{name: {name}-isvc, namespace: {namespace}}}
spec:
  predictor:
    minReplicas: 1
    model:
      modelFormat: {{name: huggingface}}
      storageUri: s3://acme-models/model-{number}
      resources: {{limits: {{cpu: "4", memory: 16Gi, nvidia.com/gpu: "1"}}}}
""",
}


def write(folder: Path, count: int) -> None:
    """Write `count` manifests, one a file, into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        number = index // len(_KINDS)
        kind, text = list(_KINDS.items())[index % len(_KINDS)]
        name, namespace = f"server-{number:04}", f"team-{number % 20:02}"
        filled = text.format(name=name, namespace=namespace, number=number, odd=str(number % 2 == 1).lower())
        (folder / f"{kind}-{number:04}.yaml").write_text(filled, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
