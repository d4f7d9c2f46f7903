"""The Applications that ApplicationSets make."""

import re
from typing import Any

import pytest
import yaml

from overlaykit.argocd.applicationsets import Expansion, Listing, expand, possible_paths
from overlaykit.argocd.templates import Missing, NotRead, fill
from overlaykit.render.objects import Object

FILES = {
    "apps/a/kustomization.yaml": "",
    "apps/b/kustomization.yaml": "",
    "apps/b/deep/kustomization.yaml": "",
    "apps/.hidden/kustomization.yaml": "",
    "clusters/dev.yaml": "name: dev\nspec: {url: https://dev.test, tier: low}",
    "clusters/eu/prod.yaml": "- {name: prod-1, on: true}\n- {name: prod-2}",
}


def listing() -> Listing:
    folders = {name.rsplit("/", n)[0] for name in FILES for n in range(1, name.count("/") + 1)}

    def read(name: str) -> list[Any]:
        data = yaml.safe_load(FILES[name])
        return data if isinstance(data, list) else [data]

    return Listing(sorted(FILES), sorted(folders), read, lambda url: url == "https://own.test")


def made(text: str, go: bool = True, name: str = "", path: str = "x", **spec: Any) -> Expansion:
    """The expansion of a set with one generator, written in YAML."""
    template = {
        "metadata": {"name": name},
        "spec": {"source": {"path": path}, "destination": {"namespace": "n"}},
    }
    options = {"goTemplate": True, "goTemplateOptions": ["missingkey=error"]} if go else {}
    generators = [yaml.safe_load(text)]
    data = {"generators": generators, "template": template, **options, **spec}
    return expand(
        Object({"kind": "ApplicationSet", "metadata": {"name": "s"}, "spec": data}), listing()
    )


def names(expansion: Expansion) -> list[str]:
    assert not expansion.unseen, expansion.unseen
    assert not expansion.missing
    return [f"{o.name} {o.get('spec', 'source', 'path')}" for o in expansion.applications]


DIRECTORIES = "git: {repoURL: https://own.test, directories: [{path: apps/*}]}"


def test_directories() -> None:
    go = made(DIRECTORIES, name="{{.path.basename}}", path="{{.path.path}}")
    plain = made(DIRECTORIES, go=False, name="{{path.basename}}-{{ path[0] }}", path="{{path}}")
    assert names(go) == ["a apps/a", "b apps/b"]
    assert names(plain) == ["a-apps apps/a", "b-apps apps/b"]


def test_a_directory_may_be_left_out_and_no_star_crosses_a_slash() -> None:
    text = """
    git:
      repoURL: https://own.test
      directories: [{path: "apps/**"}, {path: apps/*/*}, {path: apps/a, exclude: true}]
    """
    found = made(text, name="{{index .path.segments 1}}", path="{{.path.path}}")
    assert names(found) == ["b apps/b", "b apps/b/deep"]


def test_files() -> None:
    text = "git: {repoURL: https://own.test, files: [{path: clusters/*.yaml}]}"
    go = made(text, name="{{.name}}", path="{{.path.filename}}")
    plain = made(text, go=False, name="{{name}}", path="{{path}}")
    assert names(go) == ["dev dev.yaml", "prod-1 prod.yaml", "prod-2 prod.yaml"]
    assert names(plain) == ["dev clusters", "prod-1 clusters/eu", "prod-2 clusters/eu"]


def test_lists_and_values_and_selectors() -> None:
    text = """
    list: {elements: [{n: a, tier: low}, {n: b, tier: high}, {n: c}]}
    selector: {matchExpressions: [{key: tier, operator: In, values: [low, high]}]}
    """
    assert names(made(text, name="{{.n}}")) == ["a x", "b x"]
    assert names(made(text, go=False, name="{{n}}")) == ["a x", "b x"]
    prefixed = """
    git: {repoURL: https://own.test, directories: [{path: apps/a}], pathParamPrefix: p,
          values: {v: "{{.p.path.basename}}-1"}}
    """
    assert names(made(prefixed, name="{{.values.v}}")) == ["a-1 x"]


def test_matrix_and_merge() -> None:
    matrix = """
    matrix:
      generators:
      - list: {elements: [{env: dev}, {env: eu}]}
      - git: {repoURL: https://own.test, files: [{path: "clusters/{{.env}}*"}]}
    """
    found = made(matrix, name="{{.env}}-{{.name}}")
    assert names(found) == ["dev-dev x", "eu-prod-1 x", "eu-prod-2 x"]
    merge = """
    merge:
      mergeKeys: [n]
      generators:
      - list: {elements: [{n: a, p: one}, {n: b, p: one}]}
      - list: {elements: [{n: b, p: two}, {n: z, p: no}]}
    """
    assert names(made(merge, name="{{.n}}", path="{{.p}}")) == ["a one", "b two"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("clusters: {}", "clusters generator"),
        ("git: {repoURL: https://other.test, directories: [{path: '*'}]}", "another repository"),
        ("list: {elements: [], template: {metadata: {name: x}}}", "overrides the template"),
        ("list: {elementsYaml: '[]'}", "elementsYaml"),
        ("matrix: {generators: [{list: {elements: [{a: b}]}}, {clusters: {}}]}", "clusters"),
        ("git: {repoURL: https://own.test, directories: [{path: 'apps/[ab]'}]}", "pattern"),
    ],
)
def test_what_cannot_be_known_is_said(text: str, why: str) -> None:
    found = made(text, name="x")
    assert why in found.unseen
    assert not found.applications


def test_a_patch_of_the_template_may_change_everything() -> None:
    assert "templatePatch" in made(DIRECTORIES, name="x", templatePatch="{}").unseen


def test_a_missing_parameter() -> None:
    strict = made(DIRECTORIES, name="{{.cluster}}")
    assert strict.missing == [(("spec", "template"), ".cluster")]
    loose = made(DIRECTORIES, name="{{.cluster}}", goTemplateOptions=[])
    assert loose.missing == [(("spec", "template", "metadata", "name"), "<no value>")]
    plain = made(DIRECTORIES, go=False, name="{{cluster}}")
    assert plain.missing == [(("spec", "template", "metadata", "name"), "{{cluster}}")]


PARAMS = {"a": {"b": "Mixed_Name", "n": 3, "l": ["x", "y"]}, "t": True}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("{{ .a.b }}", "Mixed_Name"),
        ("x {{- .a.n -}} y", "x3y"),
        ("{{ .t }}/{{ index .a.l 1 }}", "true/y"),
        ("{{ .a.b | normalize }}", "mixed-name"),
        ('{{ normalize .a.b | trimPrefix "mixed-" | upper }}', "NAME"),
        ('{{ index .a `b` | replace "_" "." }}', "Mixed.Name"),
        ('{{ default "z" "" }}{{/* a word */}}', "z"),
        ("no template", "no template"),
    ],
)
def test_go_templates(text: str, meant: str) -> None:
    assert fill(text, PARAMS, go=True, strict=True) == meant


@pytest.mark.parametrize(
    "text",
    [
        "{{ if .t }}x{{ end }}",
        "{{ range .a.l }}{{ end }}",
        "{{ .a }}",
        "{{ $x := 1 }}",
        "{{ now }}",
    ],
)
def test_what_is_not_read_is_refused(text: str) -> None:
    with pytest.raises(NotRead):
        fill(text, PARAMS, go=True, strict=True)


def test_missing_keys() -> None:
    with pytest.raises(Missing):
        fill("{{ .a.z }}", PARAMS, go=True, strict=True)
    assert fill("{{ .a.z }}", PARAMS, go=True, strict=False) == "<no value>"


def test_the_paths_that_a_set_may_make() -> None:
    spec = {"template": {"spec": {"source": {"path": "apps/{{name}}/dev"}}}}
    (pattern,) = possible_paths(Object({"spec": spec}))
    assert re.fullmatch(pattern, "apps/a/b/dev")
    assert not re.fullmatch(pattern, "apps/a/prod")
