"""A placeholder in SQL has somebody who fills it in.

Neither the SQL client, nor the gateway, nor CMF reads ${NAME} in SQL: Flink takes it for the host,
the port or the password itself. Fill it in before Flink is given the text, in memory where it is a
secret. Comments and text that a query works on are left alone.

Bad:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    configMapGenerator:
    - name: pipeline
      namespace: flink
      files:
      - job.sql
    # file: overlays/dev/job.yaml
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: pipeline
      namespace: flink
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: client
            image: flink:1.20.3
            command: [sql-client.sh, -f, /sql/job.sql]
            volumeMounts:
            - name: sql
              mountPath: /sql
          volumes:
          - name: sql
            configMap:
              name: pipeline
    # file: overlays/dev/job.sql
    CREATE TABLE orders (
        product STRING,
        units INT
    ) WITH (
        'connector' = 'kafka',
        'topic' = 'orders',
        'properties.bootstrap.servers' = '${BROKERS}',  -- # <- here
        'properties.group.id' = 'totals',
        'format' = 'json'
    );
    CREATE TABLE shown (product STRING, units INT) WITH ('connector' = 'print');
    INSERT INTO shown SELECT product, units FROM orders;

Good:
    # file: overlays/dev/kustomization.yaml
    apiVersion: kustomize.config.k8s.io/v1beta1
    kind: Kustomization
    resources:
    - job.yaml
    configMapGenerator:
    - name: pipeline
      namespace: flink
      files:
      - job.sql
    # file: overlays/dev/job.yaml
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: pipeline
      namespace: flink
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: client
            image: flink:1.20.3
            command: [bash, -ec]
            args:
            - envsubst < /sql/job.sql > /work/job.sql && sql-client.sh -f /work/job.sql
            volumeMounts:
            - name: sql
              mountPath: /sql
            - name: work
              mountPath: /work
          volumes:
          - name: sql
            configMap:
              name: pipeline
          - name: work
            emptyDir:
              medium: Memory
    # file: overlays/dev/job.sql
    CREATE TABLE orders (
        product STRING,
        units INT
    ) WITH (
        'connector' = 'kafka',
        'topic' = 'orders',
        'properties.bootstrap.servers' = '${BROKERS}',
        'properties.group.id' = 'totals',
        'format' = 'json'
    );
    CREATE TABLE shown (product STRING, units INT) WITH ('connector' = 'print');
    INSERT INTO shown SELECT product, units FROM orders;

Source: Flink, "SQL Client"; apache/flink-docker, docker-entrypoint.sh: it fills in options alone.
"""

import re
from collections.abc import Iterator

from overlaykit import disk
from overlaykit.findings import Problem
from overlaykit.repo.sql_runners import CLIENT, CMF, PROGRAM
from overlaykit.repo.sqls import Sql
from overlaykit.repo.world import Unit, World
from overlaykit.sql.tables import listed

LEVEL = "error"
_PLACEHOLDER = re.compile(r"\$\{[A-Za-z_][\w.]*(?::?[-=?+][^}]*)?\}")
_NAME = re.compile(r"\$\{([A-Za-z_][\w.]*)")
_RENDERERS = ("envsubst", "gomplate")
_MOUNTS = ("configMap:", "configMapRef:", "configMapKeyRef:")
# What Kustomize adds to the name of a generated object.
_HASH = re.compile(r"-[0-9a-z]{10}$")
_SCRIPTS = (".sh", ".bash", "Makefile", ".mk", ".yml", ".yaml")


def check_unit(unit: Unit, world: World) -> Iterator[Problem]:
    for sql in world.sqls.of(unit):
        found = list(_placeholders(sql))
        if not found or sql.runner.may_fill or sql.runner.knows(_NAME.findall(str(found))):
            continue
        if _is_run_elsewhere(sql, world):
            continue
        start, text = found[0]
        names = dict.fromkeys(text for _, text in found)
        more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
        yield Problem(
            f"nobody fills in {text}{more}: Flink takes it as it stands",
            "fill it in before Flink gets the text (envsubst in the Job that runs it), or write "
            "the value",
            at=sql.at(start),
            path=sql.path,
            object=sql.obj.label,
        ).assuming(sql.doubt or _doubt(sql, world))


def _placeholders(sql: Sql) -> Iterator[tuple[int, str]]:
    """The placeholders in options, in settings and outside of text."""
    for part in sql.parts if "${" in sql.text else ():
        for option in listed(part.statement):
            for found in _PLACEHOLDER.finditer(option.value):
                yield option.start + 1 + found.start(), found[0]
        for token in part.statement.tokens:
            if token.kind == "placeholder":
                yield token.start, token.text


def _doubt(sql: Sql, world: World) -> str:
    """What may fill it in besides what runs it."""
    if sql.runner.kind == PROGRAM:
        return "that the program which is given this text does not"
    if sql.runner.kind not in (CLIENT, CMF):
        return "that what runs this text does not"
    return _upstream(world)


def _upstream(world: World) -> str:
    """Who may fill in manifests before they are applied."""
    for application in world.applications:
        if any("plugin" in source.data for source in application.sources):
            return f"that the plugin of Application '{application.name}' does not"
    for unit in world.judged:
        if any(obj.group == "kustomize.toolkit.fluxcd.io" for obj in unit.objects):
            return "that Flux does not"
    for name in world.whole_tree.files:
        if name.endswith(_SCRIPTS) and _says(world, name, _RENDERERS):
            return f"that {name} does not"
    return ""


def _is_run_elsewhere(sql: Sql, world: World) -> bool:
    """Whether nobody runs it here, while another file beside it names the ConfigMap."""
    if sql.runner.kind or sql.doubt:
        return False
    beside = "/".join(sql.value_at().file.split("/")[:2])
    name = (f"name: {_HASH.sub('', sql.obj.name)}\n",)
    files = (one for one in world.whole_tree.files if one.startswith(f"{beside}/"))
    return any(
        _says(world, one, name) and _says(world, one, _MOUNTS)
        for one in files
        if one.endswith((".yaml", ".yml"))
    )


def _says(world: World, name: str, words: tuple[str, ...]) -> bool:
    try:
        text = world.tree.text(name)
    except disk.Unreadable:
        return False
    return any(word in text for word in words)
