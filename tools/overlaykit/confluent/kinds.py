"""The kinds that CFK hands to CMF: their group, what of them never changes, which are SQL.

Source: the CRDs of Confluent for Kubernetes 3.3 with their validation rules.
"""

from overlaykit.render.objects import Object
from overlaykit.source import Path

GROUP = "platform.confluent.io"
VERSION = f"{GROUP}/v1beta1"
FLINK_VERSION = "flink.apache.org/v1beta1"

CFK_CHART = "confluent-for-kubernetes"
CMF_CHART = "confluent-manager-for-apache-flink"

SQL = frozenset(
    {
        "FlinkComputePool",
        "FlinkStatement",
        "FlinkKafkaCatalog",
        "FlinkKafkaDatabase",
        "FlinkSecret",
        "FlinkEnvironmentSecretMapping",
    }
)
CMF = SQL | {"CMFRestClass", "FlinkEnvironment", "FlinkApplication"}
OPERATOR = frozenset(
    {"FlinkDeployment", "FlinkSessionJob", "FlinkStateSnapshot", "FlinkBlueGreenDeployment"}
)
# The apiVersion that serves a kind.
SERVED = {**dict.fromkeys(CMF, VERSION), **dict.fromkeys(OPERATOR, FLINK_VERSION)}

_ENVIRONMENT: Path = ("spec", "flinkEnvironment")
# What the API server refuses to change in an object that is there.
IMMUTABLE: dict[str, tuple[Path, ...]] = {
    "FlinkEnvironment": (("spec", "kubernetesNamespace"),),
    "FlinkApplication": (_ENVIRONMENT,),
    "FlinkComputePool": (("spec", "type"), _ENVIRONMENT),
    "FlinkStatement": (("spec", "statement"), _ENVIRONMENT),
    "FlinkKafkaCatalog": (_ENVIRONMENT,),
    "FlinkKafkaDatabase": (_ENVIRONMENT,),
    "FlinkEnvironmentSecretMapping": (_ENVIRONMENT,),
}


def is_cmf(obj: Object) -> bool:
    """Whether an object is one of CMF's; not a draft, which a patch may still complete."""
    return obj.group == GROUP and obj.kind in CMF and not obj.draft
