"""CMF's own database, as the values of its chart set it up.

Sources: CMF, "Configure Storage", "Data Encryption"; the chart's values.
"""

import base64
import binascii
from typing import Any

from overlaykit.confluent.versions import Version, is_below
from overlaykit.kubernetes.pods import mapping

KEY_LENGTHS = (16, 32)
# The value that says whether secrets are encrypted, by release.
ENCRYPTION = ("encryption", "enabled")
PRODUCTION = ("cmf", "sql", "production")
_RENAMED: Version = (2, 3)


def value(values: dict[str, Any], path: tuple[str, ...]) -> Any:
    """What values have at a path; None for nothing."""
    found: Any = values
    for step in path:
        found = mapping(found).get(step)
    return found


def switch(version: Version | None) -> tuple[str, ...]:
    """The value that switches encryption on in a release."""
    return PRODUCTION if version and is_below(version, _RENAMED) else ENCRYPTION


def is_encrypted(values: dict[str, Any], version: Version | None) -> bool:
    return value(values, switch(version)) is True or (
        version is None and value(values, PRODUCTION) is True
    )


def key_reference(values: dict[str, Any]) -> tuple[str, str] | None:
    """The Secret and its key that hold the encryption key."""
    found = mapping(value(values, ("encryption", "key")))
    name, key = found.get("kubernetesSecretName"), found.get("kubernetesSecretProperty")
    return (name, key) if isinstance(name, str) and isinstance(key, str) else None


def length(secret: dict[str, Any], key: str) -> int | None:
    """How many bytes a Secret has under a key; None where that is not written there, or where a
    program puts another text in its place."""
    plain, coded = mapping(secret.get("stringData")), mapping(secret.get("data"))
    found: bytes | None = None
    if isinstance(plain.get(key), str):
        found = plain[key].encode()
    elif isinstance(coded.get(key), str) and not _is_replaced(coded[key]):
        try:
            found = base64.b64decode("".join(coded[key].split()), validate=True)
        except binascii.Error:
            return None
    return None if found is None or _is_replaced(found.decode(errors="replace")) else len(found)


def _is_replaced(text: str) -> bool:
    """Whether a text is encrypted (SOPS) or a sign for another one (`<path:…>`, `${KEY}`)."""
    return text.startswith(("ENC[", "<", "$")) or "{{" in text or "${" in text


def engine(values: dict[str, Any]) -> str:
    """The database that is outside of CMF, as the values call it; empty for CMF's own SQLite."""
    found = mapping(value(values, ("cmf", "database")))
    if found.get("type") != "jdbc":
        return ""
    return str(mapping(found.get("jdbc")).get("engine") or "jdbc")
