-- The pipeline: changes of one SQL Server table, as the newest row of each key in Kafka.
--
-- An overlay puts its own file in the place of this one (README, "The SQL of a cluster").
-- A placeholder is a dollar sign and a NAME in braces, always inside of an SQL string. The bootstrap
-- Job fills it in when it runs: from the mounted Secrets, else from its environment. A quote in a
-- value is doubled there, so any text is a value. The name of the job and its savepoint are set there, too.

CREATE TABLE source_table (
    id INT,
    name STRING,
    description STRING,
    modified_at TIMESTAMP(3),
    PRIMARY KEY (id) NOT ENFORCED
) WITH (
    'connector' = 'sqlserver-cdc',
    'hostname' = '${MSSQL_SERVER}',
    'port' = '${MSSQL_PORT}',
    'username' = '${MSSQL_USERNAME}',
    'password' = '${MSSQL_PASSWORD}',
    'database-name' = '${MSSQL_DATABASE}',
    -- With its schema: without it no table matches and nothing arrives.
    'table-name' = 'dbo.source_table',
    -- All rows first, then the changes.
    'scan.startup.mode' = 'initial'
);

-- Updates and deletions need a sink with a key: upsert-kafka writes a record a row, and a tombstone
-- for a deletion. Let the topic be compacted.
CREATE TABLE sink_table (
    id INT,
    name STRING,
    description STRING,
    modified_at TIMESTAMP(3),
    PRIMARY KEY (id) NOT ENFORCED
) WITH (
    'connector' = 'upsert-kafka',
    'topic' = 'sink_topic',
    'properties.bootstrap.servers' = '${KAFKA_BROKERS}',
    'key.format' = 'json',
    'value.format' = 'json'
);

-- Several INSERTs belong into one job: EXECUTE STATEMENT SET BEGIN … END.
INSERT INTO sink_table
SELECT id, name, description, modified_at
FROM source_table;
