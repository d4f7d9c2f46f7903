"""What CMF and Confluent for Kubernetes refuse, ignore or change without a word."""

from planted import Case

ENVIRONMENT = "workloads/flink-resources/base/flink-environment.yaml"
ENVIRONMENT_PATCH = "overlays/flink-demo/flink-resources/flink-environment-patch.yaml"
REST = "workloads/flink-resources/base/cmf-rest-class.yaml"
RESOURCES = "overlays/flink-demo/flink-resources/kustomization.yaml"
APPLICATION = "workloads/flink-resources/components/sample-application/flink-application.yaml"
POOL = "workloads/flink-sql/base/flink-compute-pool.yaml"
DATABASE = "workloads/flink-sql/base/flink-kafka-database.yaml"
STATEMENT = "workloads/flink-sql/base/order-totals-statement.yaml"
TABLE = "workloads/flink-sql/components/create-tables/orders-table-statement.yaml"
DDL = "workloads/flink-sql/components/create-tables/flink-kafka-database-patch.yaml"
SECRET = "workloads/flink-sql/components/credentials/flink-secret.yaml"
MAPPING = "workloads/flink-sql/components/credentials/flink-environment-secret-mapping.yaml"
CATALOG_PATCH = "workloads/flink-sql/components/credentials/flink-kafka-catalog-patch.yaml"
DATABASE_PATCH = "workloads/flink-sql/components/credentials/flink-kafka-database-patch.yaml"
CFK_VALUES = "workloads/cfk-operator/values.yaml"
CMF_VALUES = "workloads/cmf-operator/values.yaml"
CMF_OVERLAID = "overlays/flink-demo/cmf-operator/values.yaml"
CMF = "apps/cmf-operator/application.yaml"
KEY = "workloads/cmf-operator/components/encryption/values.yaml"
CPU = "    cpu: 1\n"


def warned(name: str, file: str, old: str, new: str, check: str, line: str = "") -> Case:
    return Case(name, file, old, new, check, line=line, level="warning")


CASES = [
    # The group, and what the schema knows.
    Case(
        "a group that nobody serves in a component",
        APPLICATION,
        "platform.confluent.io",
        "flink.confluent.io",
        "confluent/group",
    ),
    Case(
        "a group that nobody serves in a patch",
        ENVIRONMENT_PATCH,
        "platform.confluent.io",
        "cmf.confluent.io",
        "confluent/group",
    ),
    Case(
        "an environment with the addresses of Kafka",
        ENVIRONMENT,
        "  kubernetesNamespace: flink\n",
        "  kubernetesNamespace: flink\n  kafkaCluster:\n    bootstrapServers: kafka:9092\n",
        "schema/invalid",
        line="kafkaCluster",
    ),
    Case(
        "an application that refers to its environment as elsewhere",
        APPLICATION,
        "  flinkEnvironment: default\n",
        "  flinkEnvironmentRef:\n    name: default\n",
        "schema/invalid",
        line="flinkEnvironmentRef",
    ),
    Case(
        "a fraction of a processor as a number",
        APPLICATION,
        "  jobManager:\n",
        "  jobManager:\n    resource:\n      cpu: 0.5\n",
        "schema/invalid",
        line="cpu: 0.5",
    ),
    # References.
    Case(
        "an environment that is misspelt in a component",
        APPLICATION,
        "flinkEnvironment: default",
        "flinkEnvironment: defualt",
        "confluent/ref",
    ),
    Case(
        "an environment that is misspelt in a base",
        STATEMENT,
        "flinkEnvironment: default",
        "flinkEnvironment: defaults",
        "confluent/ref",
    ),
    warned(
        "an environment of nobody's",
        POOL,
        "flinkEnvironment: default",
        "flinkEnvironment: shop",
        "confluent/ref",
    ),
    warned(
        "a REST class of nobody's",
        ENVIRONMENT,
        "    name: cmf\n",
        "    name: manager\n",
        "confluent/ref",
    ),
    Case(
        "a REST class in another namespace",
        ENVIRONMENT,
        "    namespace: flink\n",
        "    namespace: confluent\n",
        "confluent/ref",
        line="    name: cmf",
        level="warning",
    ),
    warned(
        "a pool of nobody's",
        TABLE,
        "computePoolName: sql",
        "computePoolName: batch",
        "confluent/ref",
    ),
    warned(
        "a catalog of nobody's",
        STATEMENT,
        "sql.current-catalog: kafka",
        "sql.current-catalog: lake",
        "confluent/ref",
    ),
    Case(
        "a catalog that is misspelt",
        DATABASE,
        "    name: kafka\n",
        "    name: kafkas\n",
        "confluent/ref",
    ),
    warned(
        "a database of nobody's",
        TABLE,
        "sql.current-database: main",
        "sql.current-database: orders",
        "confluent/ref",
    ),
    Case(
        "an environment that is misspelt in a patch",
        DDL,
        "- default",
        "- defaults",
        "confluent/ref",
    ),
    Case(
        "a Secret that is misspelt",
        SECRET,
        "secretRef: flink-sql-connection",
        "secretRef: flink-sql-conection",
        "confluent/ref",
    ),
    # Namespaces.
    Case(
        "a namespace that CFK does not look at",
        CFK_VALUES,
        "- flink",
        "- jobs",
        "confluent/ns",
        REST,
        "namespace: flink",
    ),
    Case(
        "an object where nobody looks",
        SECRET,
        "namespace: flink",
        "namespace: jobs",
        "confluent/ns",
    ),
    # Pools.
    Case(
        "a state of a dedicated pool",
        POOL,
        "  type: DEDICATED\n",
        "  type: DEDICATED\n  state: RUNNING\n",
        "confluent/pool-state",
        line="state: RUNNING",
    ),
    Case(
        "a pool without memory",
        POOL,
        "        memory: 1600m\n",
        "",
        "confluent/pool-state",
        line="      resource:",
    ),
    # Amounts.
    warned(
        "thousands of thousandths",
        APPLICATION,
        "    replicas: 1\n",
        "    replicas: 1\n    resource:\n      cpu: 2000m\n",
        "confluent/quantity",
        "cpu: 2000m",
    ),
    warned(
        "memory in thousands",
        APPLICATION,
        "    replicas: 1\n",
        "    replicas: 1\n    resource:\n      memory: 2000m\n",
        "confluent/quantity",
        "memory: 2000m",
    ),
    # Precedence.
    warned(
        "an option that the environment has decided",
        APPLICATION,
        "  flinkConfiguration:\n",
        '  flinkConfiguration:\n    taskmanager.numberOfTaskSlots: "3"\n',
        "confluent/env-override",
        'taskmanager.numberOfTaskSlots: "3"',
    ),
    Case(
        "an option that a patch of the environment takes over",
        ENVIRONMENT_PATCH,
        "      flinkConfiguration:\n",
        "      flinkConfiguration:\n        execution.checkpointing.interval: 10s\n",
        "confluent/env-override",
        APPLICATION,
        "execution.checkpointing.interval",
        "warning",
    ),
    # Names of secrets.
    Case(
        "a connection that no mapping has",
        CATALOG_PATCH,
        "connectionSecretId: kafka-connection",
        "connectionSecretId: kafka-login",
        "confluent/secret-names",
    ),
    Case(
        "a connection of a database that no mapping has",
        DATABASE_PATCH,
        "name: kafka-connection",
        "name: kafka-login",
        "confluent/secret-names",
    ),
    Case(
        "a mapping under a name of its own",
        MAPPING,
        "  name: kafka-connection\n  namespace",
        "  name: kafka-mapping\n  namespace",
        "confluent/secret-names",
        line="kafka-mapping",
    ),
    Case(
        "a secret under a name of its own",
        SECRET,
        "name: kafka-connection",
        "name: kafka-secret",
        "confluent/secret-names",
    ),
    # What SQL needs.
    Case(
        "a CMF without SQL",
        CMF,
        "targetRevision: 2.4.1",
        "targetRevision: 2.2.0",
        "confluent/sql-flags",
    ),
    Case(
        "an image that is too old",
        POOL,
        "cp-flink-sql:1.19-cp10",
        "cp-flink-sql:1.19-cp3",
        "confluent/sql-flags",
    ),
    Case(
        "a Flink that is not the image's",
        POOL,
        "flinkVersion: v1_19",
        "flinkVersion: v1_20",
        "confluent/sql-flags",
    ),
    warned(
        "an image without SQL",
        POOL,
        "cp-flink-sql:1.19-cp10",
        "cp-flink:1.19.1-cp1",
        "confluent/sql-flags",
    ),
    Case(
        "an INSERT without checkpoints",
        STATEMENT,
        "    execution.checkpointing.interval: 30s",
        '    table.exec.state.ttl: "1 d"',
        "confluent/sql-checkpoint",
        line="statement: |",
    ),
    # Encryption.
    Case(
        "encryption without a key",
        KEY,
        "    kubernetesSecretName: cmf-encryption-key\n",
        "",
        "confluent/encryption",
        line="enabled: true",
    ),
    # Where CMF is, and its database.
    warned(
        "a Service in the wrong namespace",
        REST,
        "cmf-service.confluent.svc",
        "cmf-service.flink.svc",
        "confluent/endpoint",
    ),
    warned(
        "the port of the container",
        REST,
        "cluster.local:80",
        "cluster.local:8080",
        "confluent/endpoint",
    ),
    warned("TLS that CMF does not speak", REST, "http://", "https://", "confluent/endpoint"),
    warned(
        "a database without a volume",
        CMF_VALUES,
        "  create: true\n  data",
        "  create: false\n  data",
        "confluent/cmf-db",
        "  create: false",
    ),
    warned(
        "a database without a volume on one cluster",
        CMF_OVERLAID,
        "{}",
        "persistence: {create: false}",
        "confluent/cmf-db",
    ),
]
