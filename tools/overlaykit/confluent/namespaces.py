"""Which namespaces an operator looks at, as the values of its chart say.

Sources: Confluent for Kubernetes, "Configure Operator Scope and Namespaces"; Flink Kubernetes
Operator, "Helm".
"""

from typing import Any


def of_cfk(values: dict[str, Any], home: str) -> tuple[str, ...]:
    """The namespaces that CFK in `home` looks at; empty for all."""
    if values.get("namespaced") is False:
        return ()
    listed = values.get("namespaceList")
    found = tuple(map(str, listed)) if isinstance(listed, list) else ()
    return found or ((home,) if home else ())


def has_account(values: dict[str, Any], home: str, namespace: str) -> bool | None:
    """Whether the operator's chart makes its account for jobs in a namespace; None: it is told
    not to make any."""
    account = values.get("jobServiceAccount")
    if isinstance(account, dict) and account.get("create") is False:
        return None
    listed = values.get("watchNamespaces")
    watched = tuple(map(str, listed)) if isinstance(listed, list) and listed else (home,)
    return namespace in watched


def account_name(values: dict[str, Any]) -> str:
    """What the account for jobs is called."""
    account = values.get("jobServiceAccount")
    name = account.get("name") if isinstance(account, dict) else None
    return name if isinstance(name, str) and name else "flink"
