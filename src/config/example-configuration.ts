/**
 * The commented `pgferry.yml` that `pgferry init` writes.
 *
 * @param schema - Path or URL of the JSON Schema, for editors.
 */
export function exampleConfiguration(schema = 'docs/pgferry.schema.json'): string {
  return `# yaml-language-server: $schema=${schema}
# What pgferry syncs, and where to. \`pgferry check\` says what is wrong with it; docs/configuration.md of the manual
# lists every key, and \`pgferry --help\` tells where the manual is.
# \${NAME} is the environment variable NAME, \${NAME:-text} has a default. Every secret can come from a file as well:
# password_file in place of password.

elasticsearch:
  host: \${ELASTICSEARCH_URL:-http://localhost:9200}
  # One of the two:
  # api_key: \${ES_API_KEY}
  # username: elastic
  # password: \${ES_PASSWORD}
  # ca_file: http_ca.crt

temporal:
  address: \${TEMPORAL_ADDRESS:-localhost:7233}
  namespace: default
  task_queue: pgferry

# monitoring:
#   address: 127.0.0.1:9464 # the worker serves /metrics, /healthz and /readyz there

connectors:
  - connector_id: shop # names the connector in commands: pgferry sync shop
    service_type: postgresql
    name: Content synced from PostgreSQL
    index_name: search-shop

    configuration:
      host: localhost
      port: 5432
      username: reader # needs usage on the schema and select on the tables
      password: \${PGPASSWORD:-}
      database: shop
      schema: public
      tables: '*' # or: orders, customers
      ssl_enabled: true
      # ssl_ca_file: root.crt # then the server's certificate and name are checked too

    # Queries in place of whole tables.
    # sync_rules:
    #   advanced:
    #     - tables: [employee]
    #       query: select * from employee where age > 30
    #       id_columns: [emp_id]

    # How rows become documents.
    # documents:
    #   exclude_columns: [public.customer.password_hash]
    #   id_columns: { public.daily_sales: [day, product_id] } # for views and tables without a primary key

    # \`pgferry schedule apply\` makes it so.
    scheduling:
      full: { enabled: true, interval: '0 0 0 * * ?' } # every day at midnight
      incremental: { enabled: false, interval: '0 */5 * * * ?' } # every five minutes
      timezone: UTC

    # Changes are found within a second, between syncs; \`pgferry check\` prints what PostgreSQL needs for it.
    # continuous:
    #   mode: stream
    #   refresh_interval: 200ms

    # pipeline: { name: my-pipeline }
    # concurrency: 2
    # max_delete_ratio: 0.5
`;
}
