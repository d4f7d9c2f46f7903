"""Write tools/overlaykit/data/operator_options.json anew: the options of every operator release.

`operator_catalogue.py CLONE` reads the classes that declare them in a clone of the operator's
repository, by tag; Maven's newest jar of the operator is older than any release that counts here.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "tools" / "overlaykit" / "data" / "operator_options.json"
RELEASES = {
    **{minor: f"release-1.{minor}.0" for minor in range(10, 16)},
    16: "HEAD",
}
CLASSES = re.compile(
    r"main/java/.*/(?:AutoScalerOptions|KubernetesOperatorConfigOptions|"
    r"KubernetesOperatorMetricOptions|FlinkBlueGreenDeploymentConfigOptions)\.java$"
)
PREFIXES = {
    "operatorConfig": "kubernetes.operator.",
    "operatorConfigKey": "kubernetes.operator.",
    "autoScalerConfig": "job.autoscaler.",
    "autoScalerConfigKey": "job.autoscaler.",
    "oldOperatorConfigKey": "kubernetes.operator.job.autoscaler.",
    "K8S_OP_CONF_PREFIX": "kubernetes.operator.",
}
_DECLARED = re.compile(
    r"public static final ConfigOption<(?P<type>.+?)>\s+(?P<field>\w+)\s*=(?P<body>.*?);\s*$",
    re.M | re.S,
)
Row = list[object]


def git(clone: Path, *argv: str) -> str:
    return subprocess.run(
        ["git", "-C", str(clone), *argv], check=True, capture_output=True, text=True
    ).stdout


def read(clone: Path, tag: str) -> dict[str, Row]:
    """Key to [type, other names] of one release."""
    found: dict[str, Row] = {}
    for name in git(clone, "ls-tree", "-r", "--name-only", tag).splitlines():
        if CLASSES.search(name):
            found |= declared(git(clone, "show", f"{tag}:{name}"))
    return found


def declared(source: str) -> dict[str, Row]:
    """The options that a class declares."""
    text = re.sub(r"/\*.*?\*/", "", source, flags=re.S)
    constants = dict(re.findall(r'String (\w+) = "([^"]*)"', text))
    found: dict[str, Row] = {}
    for option in _DECLARED.finditer(text):
        body = option["body"].split(".withDescription")[0]
        names = _names(body.replace("ConfigOptions.key", "key"), constants)
        kind = re.sub(r"\w+\.", "", " ".join(option["type"].split()))
        if names and names[0].startswith(("kubernetes.operator.", "job.autoscaler.")):
            found[names[0]] = [kind, names[1:]]
            constants[f"{option['field']}.key()"] = names[0]
    return found


def _names(body: str, constants: dict[str, str]) -> list[str]:
    for name, value in constants.items():
        body = re.sub(rf"\b{re.escape(name)}(?=\s*[+)])", f'"{value}"', body)
    body = re.sub(r'"\s*\+\s*"', "", body)
    found = []
    for text, prefix in _quoted(body):
        found.append(f"{PREFIXES.get(prefix, '')}{text}")
    return [one for one in found if "." in one]


def _quoted(body: str) -> list[tuple[str, str]]:
    """Quoted names of a declaration with the function around each, or the constant before it."""
    found = []
    for match in re.finditer(r'"([^"]+)"', body):
        before = body[: match.start()].rstrip()
        plus = re.search(r"(\w+)\s*\+$", before)
        call = re.search(r"(\w+)\($", before)
        word = plus[1] if plus else call[1] if call else ""
        if word not in ("defaultValue", "defaultValues"):
            found.append((match[1], word))
    return found


def main(clone: Path) -> None:
    known: dict[str, dict[str, object]] = {}
    for minor, tag in RELEASES.items():
        for key, (kind, others) in read(clone, tag).items():
            row = known.setdefault(key, {"since": minor})
            row |= {"type": kind, "others": others, "until": minor}
    rows = {
        key: [row["type"], row["others"], row["since"], row["until"]]
        for key, row in sorted(known.items())
    }
    sources = f"apache/flink-kubernetes-operator, {', '.join(RELEASES.values())}"
    lines = [
        f"{json.dumps(key)}:{json.dumps(row, separators=(',', ':'))}" for key, row in rows.items()
    ]
    body = ",\n".join(lines)
    TARGET.write_text(f'{{"source":{json.dumps(sources)},\n"options":{{\n{body}\n}}}}\n')


if __name__ == "__main__":
    main(Path(sys.argv[1]))
