"""Git holds no credential in plain text.

Who can read the repository, a clone or an old backup has it, and it cannot be taken back: it must
be replaced. Secrets, environment variables, ConfigMaps, arguments of jobs and Helm values are
looked at. What is encrypted (SOPS, Sealed Secrets) or comes from a store is fine. A word that only
holds a place, such as changeme, is a warning: deployed as it is, everybody knows it. A text that a
program fills in, such as ${PASSWORD}, is an info.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - secret.yaml
    - pod.yaml
    # file: overlays/dev/secret.yaml
    apiVersion: v1
    kind: Secret
    metadata:
      name: kafka-login
    stringData:
      username: orders
      password: kX9-vault-door  # <- here
    # file: overlays/dev/pod.yaml
    apiVersion: v1
    kind: Pod
    metadata:
      name: orders
    spec:
      containers:
      - name: orders
        image: registry.example.com/orders:1.0.3
        env:
        - name: DATABASE_URL
          value: postgresql://orders:kX9-vault-door@db:5432/orders  # <- here
        - name: API_TOKEN
          value: changeme  # <- here

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - secret.yaml
    - pod.yaml
    # file: overlays/dev/secret.yaml
    apiVersion: v1
    kind: Secret
    metadata:
      name: orders-options
    stringData:
      username: orders
      password: ENC[AES256_GCM,data:2dZ8,iv:1,tag:2,type:str]
    # file: overlays/dev/pod.yaml
    apiVersion: v1
    kind: Pod
    metadata:
      name: orders
    spec:
      containers:
      - name: orders
        image: registry.example.com/orders:1.0.3
        env:
        - name: TOKEN_FILE
          value: /var/run/secrets/token
        - name: API_TOKEN
          valueFrom:
            secretKeyRef:
              name: orders-options
              key: password

Source: Kubernetes, "Good practices for Kubernetes Secrets"; Argo CD, "Secret Management".
"""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from overlaykit.argocd.applications import Application, is_application, sources
from overlaykit.findings import Problem
from overlaykit.kubernetes.credentials import Verdict, judge, judge_secret
from overlaykit.kubernetes.pods import flink_spec, mapping, templates
from overlaykit.render.objects import Object
from overlaykit.repo.build import SHOWN
from overlaykit.repo.world import Unit, World, value_files
from overlaykit.source import Document, Path, SyntaxProblem, parse

LEVEL = "error"

Found = Iterator[tuple[Path, Verdict]]

_FIX = (
    "replace it, as it is known; take the new one from a Secret that is made outside of Git or "
    "encrypted (External Secrets, Sealed Secrets, SOPS)"
)
# Below these, values of charts name Secrets and their keys.
_REFERENCE = re.compile(r"(?:ref|refs|secretkeys|keymapping|existingsecret\w*)$", re.IGNORECASE)


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for obj in unit.objects:
        for path, verdict in _of_object(obj):
            at = unit.locate(obj, path, False)
            problem = replace(_problem(verdict), at=at, path=path, object=obj.label)
            shown = verdict.kind == "literal" and SHOWN & set(at.file.split("/"))
            if shown and not world.together.deployers(unit):
                problem = problem.assuming("that somebody applies this file; nothing here does")
            yield problem
    for application in world.applications_of.get(unit.folder, ()):
        yield from _of_value_files(application, world)


def _problem(verdict: Verdict) -> Problem:
    if verdict.kind == "literal":
        return Problem(f"{verdict.why} is a credential in plain text", _FIX)
    if verdict.kind == "placeholder":
        fix = "take it from a Secret that is made outside of Git: this word is deployed as it is"
        return Problem(f"{verdict.why} is a placeholder", fix, level="warning")
    fix = "see that the program which fills it in does not write it into Git"
    return Problem(f"{verdict.why} is a placeholder that a program fills in", fix, level="info")


def _of_object(obj: Object) -> Found:
    if "sops" in obj.data:
        return
    if obj.kind == "Secret" and not obj.group:
        yield from _of_secret(obj)
    elif obj.kind == "ConfigMap" and not obj.group:
        for key, value in mapping(obj.data.get("data")).items():
            if isinstance(value, str):
                yield from _told(("data", str(key)), judge(str(key), value))
    elif is_application(obj):
        for source in sources(obj):
            yield from _values(
                source.helm.get("valuesObject"), (*source.at, "helm", "valuesObject")
            )
            yield from _parameters(
                source.helm.get("parameters"), (*source.at, "helm", "parameters")
            )
            yield from _inline(source.helm.get("values"), (*source.at, "helm", "values"))
    else:
        yield from _of_pods(obj)


def _told(path: Path, verdict: Verdict | None) -> Found:
    if verdict is not None:
        yield path, verdict


def _of_secret(obj: Object) -> Found:
    for key, value in mapping(obj.data.get("stringData")).items():
        if isinstance(value, str):
            yield from _told(("stringData", str(key)), judge_secret(str(key), value))
    for key, value in mapping(obj.data.get("data")).items():
        text = _decoded(value)
        yield from _told(("data", str(key)), judge_secret(str(key), text) if text else None)


def _decoded(value: Any) -> str:
    """The text of a base64 value; empty where it is none."""
    if not isinstance(value, str) or value.startswith("ENC["):
        return ""
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def _of_pods(obj: Object) -> Found:
    for template in templates(obj):
        for container in template.containers():
            for number, variable in container.listed("env"):
                value, name = variable.get("value"), str(variable.get("name", ""))
                if isinstance(value, str):
                    path = (*container.at, "env", number, "value")
                    yield from _told(path, _without_variables(judge(name, value)))
            for part in ("args", "command"):
                yield from _arguments(container.data.get(part), (*container.at, part))
    found = flink_spec(obj)
    if found is not None:
        yield from _arguments(obj.get(*found[0], "job", "args"), (*found[0], "job", "args"))


def _without_variables(verdict: Verdict | None) -> Verdict | None:
    """Kubernetes itself fills in $(NAME) of other variables, and a shell its own."""
    return None if verdict is not None and verdict.kind == "filled" else verdict


def _arguments(listed: Any, at: Path) -> Found:
    for number, text in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(text, str):
            yield from _told((*at, number), _without_variables(judge("", text)))


def _parameters(listed: Any, at: Path) -> Found:
    for number, item in enumerate(listed if isinstance(listed, list) else ()):
        value, name = mapping(item).get("value"), str(mapping(item).get("name", ""))
        if isinstance(value, str):
            yield from _told((*at, number, "value"), judge(name, value))


def _inline(text: Any, at: Path) -> Found:
    """Values that stand as a text in an Application: all of it is one field."""
    try:
        found = parse(text) if isinstance(text, str) else []
    except SyntaxProblem:
        return
    for data in found:
        for _, verdict in _values(data, ()):
            yield at, verdict


def _values(value: Any, path: Path) -> Found:
    """The credentials among Helm values; a number under such a name is one too."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not _REFERENCE.search(str(key)):
                yield from _values(item, (*path, str(key)))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _values(item, (*path, number))
        yield from _pairs(value, path)
    elif isinstance(value, str) and path and isinstance(path[-1], str):
        yield from _told(path, judge(path[-1], value))


def _pairs(listed: list[Any], path: Path) -> Found:
    """Environment variables among the values of a chart."""
    for number, item in enumerate(listed):
        if isinstance(item, dict) and isinstance(item.get("value"), str):
            verdict = _without_variables(judge(str(item.get("name", "")), item["value"]))
            yield from _told((*path, number, "value"), verdict)


def _of_value_files(application: Application, world: World) -> Iterator[Problem]:
    for name in dict.fromkeys(value_files(application)):
        for document in world.tree.documents_or_none(name) if world.tree.is_file(name) else ():
            yield from _of_document(document)


def _of_document(document: Document) -> Iterator[Problem]:
    if isinstance(document.data, dict) and "sops" not in document.data:
        for path, verdict in _values(document.data, ()):
            at = document.place_of(path) or document.nearest(path)
            yield replace(_problem(verdict), at=at, path=path)
