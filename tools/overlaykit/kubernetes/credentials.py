"""Which texts are credentials, which only hold the place of one, and which are neither.

A name makes a text a credential (password, token, …) or the text itself does (a private key, a
password in a URL, a key of a known form).
"""

import base64
import binascii
import re

from msgspec import Struct

# The last words of a name, one string: DB_PASSWORD, clientSecret, s3.secret-key, api-token.
_NAME = re.compile(
    r"(?:^|_)(?:password|passwd|passphrase|token|apikey|api_key|secret_key|secret_access_key|"
    r"account_key|private_key|encryption_key|signing_key|auth_key|master_key|"
    r"(?:client|app|oauth|oidc|cookie|shared|session|jwt|consumer|hmac)_secret|"
    r"basic_auth_user_info)$"
)
# Names that end like one and are something else.
_NOT_A_NAME = re.compile(
    r"(?:_|^)(?:csrf|continue|page|next|service_account|mount|automount)_token$"
)
_PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/=]{16}")
_IN_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@\"']+:(?P<text>[^\s/@\"']+)@")
_IN_JAAS = re.compile(
    r"LoginModule\b.*\b(?:password|clientSecret)\s*=\s*[\"'](?P<text>[^\"']*)[\"']", re.DOTALL
)
_OPTION = re.compile(
    r"(?:--[\w.-]*(?:password|token|secret-key|api-key)|-D[\w.]*[pP]assword)=(?P<text>\S+)"
)
# Keys whose form gives them away; documentation has some that end in EXAMPLE.
_FORMS = re.compile(
    r"\b(?:AKIA[0-9A-Z]{16}|ghp_[A-Za-z0-9]{36}|github_pat_\w{60,}|glpat-[\w-]{20}|"
    r"xox[abp]-[\w-]{20,}|AGE-SECRET-KEY-1[0-9A-Z]{50,})\b"
)

_ENCRYPTED = re.compile(
    # A hash can be checked against, and not be used.
    r"^(?:\$2[aby]\$|\$argon2|\$apr1\$|\$[156]\$|\{SHA\}|\{SSHA|ENC\[|\{cipher\}|vault:|ref\+|op://|secretref|arn:|projects/|awssm|gcpsm|azurekv|"
    r"<path:|avp|-----BEGIN (?:PGP MESSAGE|AGE ENCRYPTED))"
)
_FILLED_IN = re.compile(r"^\{.*\}$|\$\{|\$\(|\{\{|\$[A-Z_]+$|%[a-z(]|^<[^<>]*>$")
_PLACEHOLDER = re.compile(
    r"^[\W_]*(?:change[-_ ]?(?:me|this|it)|replace|update[-_ ]?(?:me|this)|todo|fixme|fill|insert|"
    r"put[-_ ]|add[-_ ]your|enter|your|my[-_ ](?:password|token|secret)|place[-_ ]?holder|example|"
    r"dummy|fake|redacted|hidden|removed|tbd|unused|not[-_ ]?(?:used|set|needed)|none$|null$|"
    r"n/?a$|x{3,}|\*{3,}|\.{3,}|-+$|no[-_ ]?password)|(?:change|replace)[-_ ]?me|"
    r"(?:^|[-_ ])(?:placeholder|here)$",
    re.IGNORECASE,
)
# A path, an address, a switch, a count, or the name of something.
_ELSEWHERE = re.compile(r"^(?:[.~]?/[\w./-]+|file:\S+|https?://\S*)$")
_SETTING = re.compile(r"^(?:true|false|yes|no|on|off|\d{1,4}[smhd]?)$", re.IGNORECASE)
_NAME_OF_ONE = re.compile(
    r"^[a-z0-9.-]*(?:secret|password|token|credential|key|auth|login|-tls)s?[a-z0-9.-]*$"
)


class Verdict(Struct, frozen=True):
    """`kind`: literal, placeholder (a word), or filled (by a program); `why`: how it shows."""

    kind: str
    why: str


def is_secret_name(name: str) -> bool:
    """Whether a field or variable of this name holds a credential."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    words = re.sub(r"[^a-z0-9]+", "_", words.lower())
    return _NAME.search(words) is not None and not _NOT_A_NAME.search(words)


def judge(name: str, text: str) -> Verdict | None:
    """What a text under a name is; None where it is no credential."""
    plain = text.strip()
    if not plain or _ENCRYPTED.search(plain):
        return None
    shown = _shown(plain)
    if shown is not None:
        return shown
    if not is_secret_name(name) or "\n" in plain or _SETTING.match(plain):
        return None
    return _named(plain, f"'{name}'")


def judge_secret(name: str, text: str) -> Verdict | None:
    """The same for an entry of a Secret, where a name of a thing is no reference."""
    plain = text.strip()
    if not plain or _ENCRYPTED.search(plain):
        return None
    shown = _shown(plain)
    if shown is not None or not is_secret_name(name) or "\n" in plain:
        return shown
    return _kind(plain, f"'{name}'")


def _shown(plain: str) -> Verdict | None:
    """What a text says of itself, whatever its name is."""
    if _PRIVATE_KEY.search(plain):
        return Verdict("literal", "a private key")
    found = _FORMS.search(plain)
    if found and not found[0].endswith("EXAMPLE"):
        return Verdict("literal", f"a key that begins with {found[0][:4]}")
    for pattern, what in ((_IN_URL, "URL"), (_IN_JAAS, "login module"), (_OPTION, "option")):
        inside = pattern.search(plain)
        text = inside["text"] if inside else ""
        if text and not _ENCRYPTED.search(text) and not _SETTING.match(text):
            return _kind(text, f"the password in the {what}")
    return None


def _named(plain: str, why: str) -> Verdict | None:
    if _NAME_OF_ONE.match(plain) and not _PLACEHOLDER.search(plain) and "-" in plain:
        return None  # the name of a Secret or of a key in it
    return _kind(plain, why)


def _kind(text: str, why: str) -> Verdict | None:
    if _ELSEWHERE.match(text):
        return None
    if _FILLED_IN.search(text):
        return Verdict("filled", why)
    if _PLACEHOLDER.search(text) or _PLACEHOLDER.search(_unpacked(text)):
        return Verdict("placeholder", why)
    return Verdict("literal", why)


def _unpacked(text: str) -> str:
    """What base64 hides; empty where it is none."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
