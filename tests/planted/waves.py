"""Health checks that are missing, options and retries that waves need."""

from planted import Case

HEALTH = "workloads/argocd-config/health/kustomization.yaml"
KEY = "  - resource.customizations.health."
RESOURCES = "apps/flink-resources/application.yaml"
SQL = "workloads/flink-sql/base"


def _without(kind: str) -> str:
    return f"{KEY}{kind}={kind}.lua\n"


CASES = [
    Case(
        "no health check for Application",
        HEALTH,
        _without("argoproj.io_Application"),
        "",
        "argocd/app-health",
        line="- name: argocd-cm",
    ),
    Case(
        "no health check for the environment",
        HEALTH,
        _without("platform.confluent.io_FlinkEnvironment"),
        "",
        "argocd/cr-health",
        "workloads/flink-resources/base/flink-environment.yaml",
        "sync-wave",
    ),
    Case(
        "no health check for the compute pool",
        HEALTH,
        _without("platform.confluent.io_FlinkComputePool"),
        "",
        "argocd/cr-health",
        f"{SQL}/flink-compute-pool.yaml",
        "sync-wave",
    ),
    Case(
        "no health check for what exists at once",
        HEALTH,
        _without("platform.confluent.io_CMFRestClass"),
        "",
        "argocd/cr-health",
        "workloads/flink-resources/base/cmf-rest-class.yaml",
        "sync-wave",
        "warning",
    ),
    Case(
        "no SkipDryRunOnMissingResource",
        RESOURCES,
        "    - SkipDryRunOnMissingResource=true\n",
        "",
        "argocd/skipdryrun",
        line="syncOptions:",
        level="warning",
    ),
    Case(
        "no SkipDryRunOnMissingResource for a chart",
        "apps/flink-kubernetes-operator/application.yaml",
        "    - SkipDryRunOnMissingResource=true\n",
        "",
        "argocd/skipdryrun",
        line="syncOptions:",
        level="warning",
    ),
    Case(
        "statement before its pool",
        f"{SQL}/flink-compute-pool.yaml",
        'sync-wave: "70"',
        'sync-wave: "95"',
        "argocd/wave-order",
        "workloads/flink-sql/components/create-tables/orders-table-statement.yaml",
        "sync-wave",
    ),
    Case(
        "mapping before its secret",
        "workloads/flink-sql/components/credentials/flink-secret.yaml",
        'sync-wave: "30"',
        'sync-wave: "45"',
        "argocd/wave-order",
        "workloads/flink-sql/components/credentials/flink-environment-secret-mapping.yaml",
        "sync-wave",
    ),
]
