/** A field of a connector's configuration as Kibana shows it; every property must be there. */
export interface ConfigurationField {
  readonly default_value: string | number | null;
  readonly depends_on: readonly { readonly field: string; readonly value: boolean }[];
  readonly display: 'text' | 'textarea' | 'numeric' | 'toggle' | 'dropdown';
  readonly label: string;
  readonly options: readonly { readonly label: string; readonly value: string }[];
  readonly order: number;
  readonly required: boolean;
  readonly sensitive: boolean;
  readonly tooltip: string | null;
  readonly type: 'str' | 'int' | 'list' | 'bool';
  readonly ui_restrictions: readonly string[];
  readonly validations: readonly never[];
  readonly value: string | boolean;
}

const PLAIN: Omit<ConfigurationField, 'label' | 'order'> = {
  default_value: null,
  depends_on: [],
  display: 'text',
  options: [],
  required: true,
  sensitive: false,
  tooltip: null,
  type: 'str',
  ui_restrictions: [],
  validations: [],
  value: '',
};

const ADVANCED = { required: false, ui_restrictions: ['advanced'] } as const;
const NUMBER = { type: 'int', display: 'numeric' } as const;
const ENCRYPTED = { depends_on: [{ field: 'ssl_enabled', value: true }] } as const;

type Given = Partial<ConfigurationField> & { readonly label: string };

const FIELDS = {
  host: { label: 'Host' },
  port: { label: 'Port', ...NUMBER },
  username: { label: 'Username' },
  password: { label: 'Password', sensitive: true },
  database: { label: 'Database' },
  schema: { label: 'Schema' },
  tables: {
    label: 'Comma-separated list of tables',
    type: 'list',
    display: 'textarea',
    value: '*',
    tooltip: 'This configurable field is ignored when Advanced Sync Rules are used.',
  },
  fetch_size: { label: 'Rows fetched per request', ...NUMBER, ...ADVANCED, default_value: 50 },
  retry_count: { label: 'Retries per request', ...NUMBER, ...ADVANCED, default_value: 3 },
  ssl_enabled: { label: 'Enable SSL verification', type: 'bool', display: 'toggle', value: false },
  ssl_ca: { label: 'SSL certificate', ...ENCRYPTED },
  ssl_mode: {
    label: 'SSL mode',
    ...ENCRYPTED,
    ...ADVANCED,
    display: 'dropdown',
    options: [
      { label: 'By the certificate', value: '' },
      ...['require', 'verify-ca', 'verify-full'].map((value) => ({ label: value, value })),
    ],
    tooltip: 'As in libpq. Without it: verify-full with an SSL certificate, else require.',
  },
  ssl_cert: { label: 'SSL client certificate', ...ENCRYPTED, ...ADVANCED },
  ssl_key: { label: 'SSL client key', ...ENCRYPTED, ...ADVANCED, sensitive: true },
  connect_timeout: {
    label: 'Connection timeout',
    ...NUMBER,
    ...ADVANCED,
    default_value: 10,
    tooltip: 'Seconds an attempt to connect may take.',
  },
  lock_timeout: {
    label: 'Lock timeout',
    ...NUMBER,
    ...ADVANCED,
    default_value: 120,
    tooltip: 'Seconds that a sync waits for a table that somebody else has locked.',
  },
} as const satisfies Record<string, Given>;

/**
 * The form of a PostgreSQL connector in Kibana: first the fields of Elastic's own connector, with its names and labels, so that
 * its connectors can be moved over; then those that only pgferry has.
 */
export const CONFIGURATION_SCHEMA: Readonly<Record<string, ConfigurationField>> = Object.fromEntries(
  Object.entries<Given>(FIELDS).map(([key, field], index) => [key, { ...PLAIN, ...field, order: index + 1 }]),
);
