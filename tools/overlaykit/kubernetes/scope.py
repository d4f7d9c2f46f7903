"""Whether a kind lives in a namespace or belongs to the whole cluster.

Source: the API reference of Kubernetes 1.37 (`namespaced` of each resource), the CRDs of the
groups below; other kinds are known where their CRD is in the repository.
"""

from collections.abc import Iterable

from overlaykit.render.objects import Object
from overlaykit.schema.store import API_SERVER_GROUPS

_CLUSTER = frozenset(
    {
        ("", "ComponentStatus"),
        ("", "Namespace"),
        ("", "Node"),
        ("", "PersistentVolume"),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "APIService"),
        ("argoproj.io", "ClusterAnalysisTemplate"),
        ("argoproj.io", "ClusterWorkflowTemplate"),
        ("cert-manager.io", "ClusterIssuer"),
        ("certificates.k8s.io", "CertificateSigningRequest"),
        ("certificates.k8s.io", "ClusterTrustBundle"),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
        ("internal.apiserver.k8s.io", "StorageVersion"),
        ("networking.k8s.io", "IPAddress"),
        ("networking.k8s.io", "IngressClass"),
        ("networking.k8s.io", "ServiceCIDR"),
        ("node.k8s.io", "RuntimeClass"),
        ("policy", "PodSecurityPolicy"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
        ("resource.k8s.io", "DeviceClass"),
        ("resource.k8s.io", "DeviceTaintRule"),
        ("resource.k8s.io", "ResourceSlice"),
        ("scheduling.k8s.io", "PriorityClass"),
        ("storage.k8s.io", "CSIDriver"),
        ("storage.k8s.io", "CSINode"),
        ("storage.k8s.io", "StorageClass"),
        ("storage.k8s.io", "VolumeAttachment"),
        ("storage.k8s.io", "VolumeAttributesClass"),
        ("storagemigration.k8s.io", "StorageVersionMigration"),
    }
)
# Groups of CRDs whose kinds all live in a namespace but for those above.
_NAMESPACED_GROUPS = frozenset(
    {
        *("acme.cert-manager.io", "argoproj.io", "cert-manager.io", "flink.apache.org"),
        *("monitoring.coreos.com", "platform.confluent.io"),
    }
)

Scopes = dict[tuple[str, str], bool]


def declared_scopes(crds: Iterable[Object]) -> Scopes:
    """(group, kind) to whether it is namespaced, as CRDs say; contradictions are left out."""
    found: dict[tuple[str, str], set[bool]] = {}
    for crd in crds:
        group, kind = crd.get("spec", "group"), crd.get("spec", "names", "kind")
        scope = crd.get("spec", "scope")
        if isinstance(group, str) and isinstance(kind, str) and scope in ("Namespaced", "Cluster"):
            found.setdefault((group, kind), set()).add(scope == "Namespaced")
    return {kind: said.pop() for kind, said in found.items() if len(said) == 1}


def namespaced(group: str, kind: str, declared: Scopes) -> bool | None:
    """Whether a kind lives in a namespace; None where nobody here says."""
    if (group, kind) in _CLUSTER:
        return False
    if (group, kind) in declared:
        return declared[group, kind]
    return True if group in API_SERVER_GROUPS | _NAMESPACED_GROUPS else None
