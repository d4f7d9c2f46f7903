"""What NetworkPolicies let through (source: Kubernetes, "Network Policies").

A pod that no policy selects for a direction is open in it; else the union of the rules of all that
select it is let through. A policy speaks of the ports of pods, not of Services.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from overlaykit.kubernetes.pods import Pod, mapping, mappings
from overlaykit.kubernetes.selectors import matches
from overlaykit.render.objects import Object

INGRESS, EGRESS = "ingress", "egress"
NAME = "kubernetes.io/metadata.name"
# The last port that Linux gives to who asks for any (net.ipv4.ip_local_port_range).
_LAST_FREE = 60999
_NO_NAMES: dict[str, int] = {}
_PEERS = {INGRESS: "from", EGRESS: "to"}
# A name of a namespace to its labels; None where they are not known.
NamespaceLabels = Callable[[str], dict[str, Any] | None]


class End(Struct, frozen=True):
    """A pod as the other end of a flow."""

    pod: Pod
    namespace: str


def directions(policy: Object) -> set[str]:
    """The directions that a policy closes for the pods that it selects."""
    given = policy.get("spec", "policyTypes")
    if isinstance(given, list) and given:
        return {str(one).lower() for one in given}
    return {INGRESS, EGRESS} if policy.get("spec", EGRESS) else {INGRESS}


def selects(policy: Object, pod: Pod) -> bool:
    """Whether a policy surely selects a pod: its labels as far as they are known."""
    return matches(policy.get("spec", "podSelector"), pod.labels)


def may_select(policy: Object, pod: Pod) -> bool:
    return matches(policy.get("spec", "podSelector"), pod.labels, pod.is_open)


def peers(rule: dict[str, Any], direction: str) -> list[dict[str, Any]]:
    """Who a rule is about; none is everybody."""
    return [one for _, one in mappings(rule.get(_PEERS[direction]))]


def has_port(
    rule: dict[str, Any],
    numbers: Iterable[int],
    protocol: str = "TCP",
    names: Mapping[str, int] = _NO_NAMES,
) -> bool:
    """Whether a rule lets one of these ports through; a name that is not known may be any."""
    listed = mappings(rule.get("ports"))
    wanted = list(numbers)
    return not listed or any(
        str(port.get("protocol", "TCP")) == protocol
        and any(_covers(port, n, names) for n in wanted)
        for _, port in listed
    )


def _covers(port: dict[str, Any], number: int, names: Mapping[str, int]) -> bool:
    first, last = port.get("port"), port.get("endPort")
    if isinstance(first, str):
        return names.get(first, number) == number
    if not isinstance(first, int):
        return True
    return first <= number <= (last if isinstance(last, int) else first)


def is_everything(rule: dict[str, Any]) -> bool:
    """Whether a rule lets every TCP port through, or all that a process may be given."""
    return not rule.get("ports") or any(
        str(port.get("protocol", "TCP")) == "TCP"
        and (port.get("port") is None or int(port.get("endPort") or 0) >= _LAST_FREE)
        for _, port in mappings(rule.get("ports"))
    )


def reaches(peer: dict[str, Any], home: str, end: End, labels: NamespaceLabels) -> bool:
    """Whether a peer of a policy in namespace `home` is, or may be, a pod."""
    if "ipBlock" in peer:
        return True  # a range of addresses may be that of the pods
    if "namespaceSelector" in peer:
        known = labels(end.namespace)
        named = {**(known or {}), NAME: end.namespace}

        def is_open(key: str) -> bool:
            return known is None and key != NAME

        if not matches(peer["namespaceSelector"], named, is_open):
            return False
    elif end.namespace != home:
        return False
    chosen = mapping(peer.get("podSelector"))
    return matches(chosen, end.pod.labels, end.pod.is_open)


def is_for_others(peer: dict[str, Any], home: str, ends: list[End]) -> bool:
    """Whether a peer may be somebody else than the pods of `ends`."""
    if "ipBlock" in peer or "namespaceSelector" in peer:
        return True
    chosen = peer.get("podSelector")
    return not chosen or not any(
        end.namespace == home and matches(chosen, end.pod.labels) for end in ends
    )
