"""Applications, AppProjects and what they deploy."""

from planted import Case

PROJECT = "apps/projects/flink.yaml"
PLATFORM = "apps/projects/flink-platform.yaml"
RESOURCES = "apps/flink-resources/application.yaml"
CMF = "apps/cmf-operator/application.yaml"
OPERATOR = "apps/flink-kubernetes-operator/application.yaml"
NAMESPACES = "apps/namespaces/application.yaml"
BASE = "workloads/flink-resources/base"
JOB = """apiVersion: batch/v1
kind: Job
metadata:
  name: submit
  namespace: flink
spec:
  ttlSecondsAfterFinished: 60
  template:
    spec:
      restartPolicy: Never
      containers:
      - name: submit
        image: flink:1.20.2
"""
ACCOUNT = "workloads/flink-session/base/service-account.yaml"

CASES = [
    Case(
        "kind that a project lacks",
        PROJECT,
        "  - group: networking.k8s.io\n    kind: NetworkPolicy\n",
        "",
        "argocd/proj-kind",
        line="namespaceResourceWhitelist:",
    ),
    Case(
        "kind misspelt in a project",
        PROJECT,
        "kind: FlinkEnvironment\n",
        "kind: FlinkEnviroment\n",
        "argocd/proj-kind",
    ),
    Case(
        "group of another kind in a project",
        PROJECT,
        "  - group: policy\n",
        "  - group: apps\n",
        "argocd/proj-kind",
    ),
    Case(
        "kind of the cluster where none is permitted",
        f"{BASE}/role.yaml",
        "kind: Role\n",
        "kind: ClusterRole\n",
        "argocd/proj-kind",
    ),
    Case(
        "Namespace that the platform may not make",
        PLATFORM,
        '  - group: ""\n    kind: Namespace\n',
        "",
        "argocd/proj-kind",
        line="clusterResourceWhitelist:",
    ),
    Case(
        "project of others",
        CMF,
        "  project: flink-platform",
        "  project: flink",
        "argocd/proj-repo",
    ),
    Case(
        "destination that is not permitted",
        RESOURCES,
        "    namespace: flink\n",
        "    namespace: flnk\n",
        "argocd/proj-repo",
    ),
    Case(
        "namespace that a project lacks, for all its Applications",
        PROJECT,
        "    namespace: flink\n",
        "    namespace: jobs\n",
        "argocd/proj-repo",
        line="  destinations:",
    ),
    Case(
        "namespace denied",
        PLATFORM,
        "    namespace: cert-manager\n",
        '    namespace: "!confluent"\n',
        "argocd/proj-repo",
        line="  destinations:",
    ),
    Case(
        "object of a namespace that is not permitted",
        ACCOUNT,
        "  namespace: flink\n",
        "  namespace: flnk\n",
        "argocd/proj-repo",
    ),
    Case(
        "namespace made without permission",
        RESOURCES,
        "    - FailOnSharedResource=true\n",
        "    - CreateNamespace=true\n",
        "argocd/create-ns",
        level="warning",
    ),
    Case(
        "finalizer on the owner of CRDs",
        OPERATOR,
        "spec:\n",
        "  finalizers:\n  - resources-finalizer.argocd.argoproj.io\nspec:\n",
        "argocd/crd-prune",
        line="- resources-finalizer",
        level="warning",
    ),
    Case(
        "prune on the owner of CRDs",
        OPERATOR,
        "prune: false",
        "prune: true",
        "argocd/crd-prune",
        level="warning",
    ),
    Case(
        "large CRDs applied by the client",
        OPERATOR,
        "    - ServerSideApply=true\n",
        "",
        "argocd/ssa",
        line="chart: flink-kubernetes-operator",
        level="warning",
    ),
    Case(
        "rollme not ignored",
        CMF,
        "    - /spec/template/metadata/annotations/rollme",
        "    - /spec/replicas",
        "argocd/noise",
        line="chart: confluent-manager-for-apache-flink",
        level="warning",
    ),
    Case(
        "priority not ignored",
        OPERATOR,
        "additionalPrinterColumns[]?.priority",
        "names",
        "argocd/noise",
        line="chart: flink-kubernetes-operator",
        level="warning",
    ),
    Case(
        "spec of a job ignored",
        RESOURCES,
        "  syncPolicy:\n",
        "  ignoreDifferences:\n  - group: platform.confluent.io\n    kind: FlinkApplication\n"
        "    jsonPointers:\n    - /spec\n  syncPolicy:\n",
        "argocd/ignore-spec",
        line="    - /spec",
    ),
    Case(
        "default project",
        RESOURCES,
        "  project: flink\n",
        "  project: default\n",
        "argocd/project-open",
        level="warning",
    ),
    Case(
        "project for every repository",
        PLATFORM,
        "  - https://charts.jetstack.io\n",
        '  - https://charts.jetstack.io\n  - "*"\n',
        "argocd/project-open",
        line='  - "*"',
        level="warning",
    ),
    Case(
        "project for every namespace",
        PROJECT,
        "    namespace: flink\n",
        '    namespace: "*"\n',
        "argocd/project-open",
        line="  - server: CLUSTER",
        level="warning",
    ),
    Case(
        "automated switched off",
        NAMESPACES,
        "    automated:\n",
        "    automated:\n      enabled: false\n",
        "argocd/sync-policy",
        line="enabled: false",
        level="warning",
    ),
    Case(
        "no second try",
        RESOURCES,
        "      limit: 20\n",
        "      limit: 0\n",
        "argocd/sync-policy",
        level="warning",
    ),
    Case(
        "base that the annotation leaves out",
        RESOURCES,
        ";/workloads/flink-resources",
        "",
        "argocd/generate-paths",
        level="warning",
    ),
    Case(
        "annotation for a folder that is not there",
        RESOURCES,
        "/workloads/flink-resources",
        "/workloads/flink-resource",
        "argocd/generate-paths",
        level="warning",
    ),
    Case(
        "Application forgotten",
        "overlays/demo/kustomization.yaml",
        "- ../../apps/flink-resources\n",
        "",
        "argocd/orphan",
        "overlays/demo/flink-resources/kustomization.yaml",
        "apiVersion",
        level="warning",
    ),
    Case(
        "unknown phase",
        f"{BASE}/metrics-service.yaml",
        "  annotations:\n",
        "  annotations:\n    argocd.argoproj.io/hook: PreSnyc\n",
        "argocd/hook-policy",
        line="PreSnyc",
        level="warning",
    ),
    Case(
        "Job that vanishes",
        f"{BASE}/role.yaml",
        "apiVersion: rbac",
        f"{JOB}---\napiVersion: rbac",
        "argocd/job-ttl",
        line="ttlSecondsAfterFinished",
    ),
    Case(
        "account that two Applications bring",
        ACCOUNT,
        "  name: flink-session\n",
        "  name: flink\n",
        "repo/dup-resource",
    ),
]
