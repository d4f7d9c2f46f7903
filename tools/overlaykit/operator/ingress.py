"""The address of an ingress template, as java.net.URL takes it apart.

Source: the operator's class IngressUtils; OpenJDK 17, classes URL and URLStreamHandler.
"""

import ipaddress
import re


def refusal(template: str, name: str, namespace: str) -> str:
    """Why a template gives no address; empty where it does."""
    found = template if re.match(r"https?://", template, re.IGNORECASE) else f"http://{template}"
    found = re.sub(r"\{\{name\}\}", lambda _: name, found, flags=re.IGNORECASE)
    found = re.sub(r"\{\{namespace\}\}", lambda _: namespace, found, flags=re.IGNORECASE)
    why = _authority_refusal(_authority(found))
    return f"Unable to process the Ingress template({template}). Error: {why}" if why else ""


def _authority(url: str) -> str:
    rest = url.rstrip("".join(map(chr, range(33)))).partition("#")[0].partition("?")[0]
    rest = rest.partition(":")[2]
    if rest.startswith("////"):  # taken for a Windows share
        return ""
    return rest[2:].partition("/")[0]


def _authority_refusal(authority: str) -> str:
    if authority.count("@") > 1:
        return ""
    host = authority.partition("@")[2] if "@" in authority else authority
    if host.startswith("["):
        return _bracket_refusal(host, authority)
    _, colon, port = host.partition(":")
    return _port_refusal(port) if colon else ""


def _bracket_refusal(host: str, authority: str) -> str:
    end = host.find("]")
    if end <= 2:
        return f"Invalid authority field: {authority}"
    if not _is_ipv6(host[1:end]):
        return f"Invalid host: {host[: end + 1]}"
    rest = host[end + 1 :]
    if rest and not rest.startswith(":"):
        return f"Invalid authority field: {authority}"
    return _port_refusal(rest[1:])


def _is_ipv6(text: str) -> bool:
    try:
        return bool(ipaddress.IPv6Address(text))
    except ValueError:
        return False


def _port_refusal(text: str) -> str:
    if not text:
        return ""
    if not re.fullmatch(r"[-+]?[0-9]+", text):
        wrong = re.match(r"[-+]?[0-9]*", text)
        return f'Error at index {wrong.end() if wrong else 0} in: "{text}"'
    number = int(text)
    if not -(2**31) <= number < 2**31:
        ends = (end for end in range(1, len(text)) if abs(int(text[: end + 1] or 0)) >= 2**31)
        return f'Error at index {next(ends)} in: "{text}"'
    return f"Invalid port number :{number}" if number < -1 else ""
