"""The address of a session job's jar, which the operator itself fetches.

Source: the operator's class DefaultValidator since 1.15; OpenJDK 17, class URI; RFC 2396.
"""

import ipaddress
import re
from collections.abc import Sequence

from msgspec import Struct

_UNRESERVED = r"A-Za-z0-9\-_.!~*'()"
_OTHER = r"\u00a1-\uffff"  # Java lets these stand unescaped
_PCHAR = rf"(?:[{_UNRESERVED}:@&=+$,;/{_OTHER}]|%[0-9A-Fa-f]{{2}})"
_URIC = rf"(?:[{_UNRESERVED};/?:@&=+$,\[\]{_OTHER}]|%[0-9A-Fa-f]{{2}})"
_REGISTRY = rf"(?:[{_UNRESERVED}$,;:@&=+\[\]{_OTHER}]|%[0-9A-Fa-f]{{2}})"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?"
_TOP = r"[A-Za-z](?:[A-Za-z0-9\-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+{_TOP}\.?|{_LABEL}\.?")
_SERVER = (
    rf"(?:(?:[{_UNRESERVED};:&=+$,{_OTHER}]|%[0-9A-Fa-f]{{2}})*@)?"
    r"(?P<host>\[[^\]]*\]|[^:@\[\]]*)(?::[0-9]*)?"
)
# Names that no resolver answers for (source: RFC 6761).
_NOWHERE = re.compile(r"(?:.*\.)?(?:invalid|test|example)\.?", re.IGNORECASE)
# Names of Services: outside the cluster nobody resolves them, inside they are mostly private.
_IN_CLUSTER = re.compile(r"(?=[^.]*[a-z])[a-z0-9-]+|.*\.svc(?:\.cluster\.local)?\.?", re.IGNORECASE)


class Address(Struct, frozen=True):
    """A URI as far as it matters here."""

    scheme: str | None
    host: str = ""


class BadAddress(ValueError):
    """A text that is no URI."""


def parse(text: str) -> Address:
    """Take a URI apart. Raises BadAddress."""
    head = re.match(r"[^/?#:]*:", text)
    if head is None:
        return Address(None, _parts(text, False))
    scheme = head[0][:-1]
    if not _SCHEME.fullmatch(scheme):
        what = "Expected scheme name" if not scheme else "Illegal character in scheme name"
        wrong = re.match(r"[A-Za-z][A-Za-z0-9+.\-]*|", scheme)
        return _fail(what, wrong.end() if wrong else 0, text)
    rest = text[len(head[0]) :]
    if not rest.partition("#")[0]:
        return _fail("Expected scheme-specific part", len(head[0]), text)
    return Address(scheme, _parts(rest, not rest.startswith("/"), text))


def _fail(what: str, at: int, text: str) -> Address:
    raise BadAddress(f"{what} at index {at}: {text}")


def _parts(rest: str, opaque: bool, whole: str = "") -> str:
    """Judge what follows the scheme; the host of its authority."""
    whole = whole or rest
    body, _, fragment = rest.partition("#")
    start = len(whole) - len(rest)
    host = ""
    if opaque:
        _only(_URIC, body, "opaque part", start, whole)
    else:
        path, _, query = body.partition("?")
        authority = ""
        if path.startswith("//"):
            authority = path[2:].partition("/")[0]
            if not authority and len(rest) == 2:
                _fail("Expected authority", start + 2, whole)
            _only(_REGISTRY, authority, "authority", start + 2, whole)
            host = _host(authority)
            path = path[2 + len(authority) :]
            start += 2 + len(authority)
        _only(_PCHAR, path, "path", start, whole)
        _only(_URIC, query, "query", start + len(path) + 1, whole)
    _only(_URIC, fragment, "fragment", len(whole) - len(fragment), whole)
    return host


def _only(allowed: str, part: str, what: str, start: int, whole: str) -> None:
    found = re.match(f"(?:{allowed})*", part)
    end = found.end() if found else 0
    if end == len(part):
        return
    if part[end] == "%":
        _fail("Malformed escape pair", start + end, whole)
    _fail(f"Illegal character in {what}", start + end, whole)


def _host(authority: str) -> str:
    """The host of an authority that names a server; empty where it does not."""
    found = re.fullmatch(_SERVER, authority)
    host = found["host"] if found else ""
    if host.startswith("["):
        return host if _ip(host[1:-1].partition("%")[0]) else ""
    return host if _HOST.fullmatch(host) or _ip(host) else ""


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def refusal(text: str, schemes: Sequence[str], restricted: bool) -> str:
    """Why the operator does not fetch from an address; empty where it does.

    Host names are taken to resolve to public addresses, but for those that never do, and for
    names of Services.
    """
    try:
        address = parse(text)
    except BadAddress as problem:
        return f"jarURI is not a valid URI: {problem}"
    if address.scheme is None:
        return "jarURI must include a scheme"
    allowed = _hashed({scheme.lower() for scheme in schemes})
    if address.scheme.lower() not in allowed:
        return (
            f"jarURI scheme '{address.scheme}' is not in the allowlist [{', '.join(allowed)}]. "
            "Configure 'kubernetes.operator.user.artifacts.allowed-schemes' to extend the "
            "allowlist."
        )
    if restricted and address.scheme.lower() in ("http", "https"):
        return _host_refusal(address.host)
    return ""


def _hashed(words: set[str]) -> list[str]:
    """Words in the order of a Java HashSet of its first size, so that messages are the same."""

    def bucket(word: str) -> int:
        value = 0
        for letter in word:
            value = (value * 31 + ord(letter)) & 0xFFFFFFFF
        return (value ^ value >> 16) & 15

    return sorted(sorted(words), key=bucket)


def host_in_cluster(text: str) -> str:
    """The host of an address if it is the name of a Service; empty otherwise."""
    try:
        host = parse(text).host
    except BadAddress:
        return ""
    return host if host and not _ip(host) and _IN_CLUSTER.fullmatch(host) else ""


def _host_refusal(host: str) -> str:
    if not host:
        return "jarURI must include a host for http/https schemes"
    if host.lower().rstrip(".").endswith("localhost"):
        return f"jarURI host '{host}' resolves to a restricted address"
    if _NOWHERE.fullmatch(host) or _IN_CLUSTER.fullmatch(host):
        return f"jarURI host '{host}' cannot be resolved"
    address = _ip(host.strip("[]").partition("%")[0])
    if address is not None and is_restricted(address):
        return f"jarURI host '{host}' resolves to a restricted address"
    return ""


_SITE = [ipaddress.ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


def is_restricted(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Loopback, link-local, site-local, wildcard or multicast, as java.net.InetAddress says."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    site = (
        address.is_site_local
        if isinstance(address, ipaddress.IPv6Address)
        else any(address in network for network in _SITE)
    )
    return (
        site
        or address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
    )
