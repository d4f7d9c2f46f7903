"""A comment that silences a finding gives its reason and silences something.

`# overlay: allow <check>, <reason>` on a line or above it accepts a finding there; at the head of
a file it accepts them in the whole file. Without a reason nobody can tell later whether it still
holds, so it silences nothing; one that no longer meets a finding hides the next one.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    # overlay: allow kustomize/missing-entry  # <- here
    resources:
    - namespace.yaml
    # file: overlays/dev/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: dev

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    # overlay: allow kustomize/missing-entry, draft.yaml is applied by hand during the migration
    resources:
    - namespace.yaml
    # file: overlays/dev/namespace.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: dev
    # file: overlays/dev/draft.yaml
    apiVersion: v1
    kind: Namespace
    metadata:
      name: draft

Source: docs/design of this tool: findings are silenced by name, with a reason.
"""

from collections.abc import Iterator

from overlaykit.findings import Finding, Problem
from overlaykit.suppress import Allow

LEVEL = "warning"


def check_comments(comments: list[Allow], findings: list[Finding]) -> Iterator[Problem]:
    for comment in comments:
        if not comment.reason:
            yield Problem(
                f"the comment that allows {comment.check} gives no reason, so it is not heeded",
                f"write # overlay: allow {comment.check}, <why it is right here>",
                at=comment.place,
            )
        elif not any(comment.covers(finding) for finding in findings):
            yield Problem(
                f"the comment that allows {comment.check} silences nothing",
                "remove the comment",
                at=comment.place,
            )
