import { messagesOf, parse, parseConnector, withConfiguration, withConnector } from '../../support/parse-configuration';

describe("files written for Elastic's connector", () => {
  test('may give numbers and booleans as text', () => {
    const { source } = parseConnector(withConfiguration('port: "5433"', 'ssl_enabled: "false"'));
    expect(source.port).toBe(5433);
    expect(source.tls).toBeUndefined();
  });

  test.each([
    ['orders, customers', ['orders', 'customers']],
    ['[orders, customers]', ['orders', 'customers']],
    ['"*"', ['*']],
    ['orders,orders', ['orders']],
  ])('name tables as %s', (tables, expected) => {
    expect(parseConnector(withConfiguration(`tables: ${tables}`)).selection.tables).toEqual(expected);
  });

  test('may use dotted keys on every level', () => {
    const { settings } = parse(`
elasticsearch.host: https://es.example:9200
connectors:
  - connector_id: shop
    index_name: i
    configuration.host: db
    configuration.username: u
    configuration: { database: d }
    scheduling.full.enabled: true
    documents.mapping.public.city.name: { type: keyword }
    documents: { id_columns: { sales.daily: [day] } }
`);
    const [connector] = settings.connectors;
    expect(settings.elasticsearch.host).toBe('https://es.example:9200');
    expect(connector?.source).toMatchObject({ host: 'db', username: 'u', database: 'd' });
    expect(connector?.scheduling.full.enabled).toBe(true);
    expect(connector?.documents.mapping).toEqual({ 'public.city.name': { type: 'keyword' } });
    expect(connector?.documents.idColumns).toEqual({ 'sales.daily': ['day'] });
  });

  test('may not give a key in both forms', () => {
    const messages = messagesOf(`elasticsearch.host: http://a\nelasticsearch: { host: http://b }\nconnectors: []`);
    expect(messages['elasticsearch.host']).toContain('given twice');
  });

  test('keep keys that have no effect, which are told as notes', () => {
    const { notes } = parse(
      `service: { idling: 30 }\nelasticsearch: { bulk: { chunk_size: 500 } }\n` +
        withConfiguration('fetch_size: 50', 'retry_count: "3"'),
    );
    expect(notes.map(({ path, line }) => [path, line])).toEqual([
      ['service.idling', 1],
      ['elasticsearch.bulk', 2],
      ['connectors[0].configuration.fetch_size', 11],
      ['connectors[0].configuration.retry_count', 12],
    ]);
    expect(notes.every(({ message }) => message.startsWith('has no effect: '))).toBe(true);
  });

  test('may hold basic rules as Kibana stores them, which then apply in their order', () => {
    const { rules } = parseConnector(
      withConnector(
        'sync_rules:',
        '  basic:',
        '    - { id: DEFAULT, policy: include, field: _, rule: regex, value: .*, order: 2, created_at: x, updated_at: x }',
        '    - { policy: exclude, field: age, rule: ">", value: 30, order: 1 }',
      ),
    );
    expect(rules.basic).toEqual([
      { policy: 'exclude', field: 'age', rule: '>', value: '30' },
      { policy: 'include', field: '_', rule: 'regex', value: '.*' },
    ]);
  });
});

describe('advanced sync rules', () => {
  const json = '[{"tables":["employee"],"query":"select * from employee","id_columns":["emp_id"]}]';
  const expected = [{ tables: ['employee'], query: 'select * from employee', idColumns: ['emp_id'] }];

  test.each([
    ['a list', `advanced: ${json}`],
    ['JSON text', `advanced: '${json}'`],
    ['the path of a JSON file', 'advanced: rules/employee.json'],
    ["Elastic's snippet", `advanced: { advanced_snippet: { value: ${json} } }`],
    ["Elastic's snippet as JSON text", `advanced: '{"advanced_snippet":{"value":${json}}}'`],
  ])('can be %s', (_form, line) => {
    const text = withConnector('sync_rules:', `  ${line}`);
    expect(parseConnector(text, { files: { '/etc/pgferry/rules/employee.json': json } }).rules.advanced).toEqual(
      expected,
    );
  });

  test.each(['[]', '{}', '""', '"[]"', '"{}"'])('are none when %s', (none) => {
    expect(parseConnector(withConnector('sync_rules:', `  advanced: ${none}`)).rules.advanced).toEqual([]);
  });

  test('say which key of which rule is wrong', () => {
    const messages = messagesOf(withConnector('sync_rules:', '  advanced: [{ tables: [], querry: select 1 }]'));
    expect(messages).toEqual({
      'connectors[0].sync_rules.advanced[0].tables': 'must name at least one, and none empty',
      'connectors[0].sync_rules.advanced[0].query': 'is required',
      'connectors[0].sync_rules.advanced[0].querry': "unknown key 'querry'; did you mean 'query'?",
    });
  });

  test('do not quote JSON that is wrong, nor let a variable become JSON', () => {
    expect(messagesOf(withConnector('sync_rules: { advanced: "[hunter2" }'))).toEqual({
      'connectors[0].sync_rules.advanced': 'is not valid JSON',
    });
    const text = withConnector('sync_rules:', `  advanced: '[{"tables":["t"],"query":"select \${X}"}]'`);
    expect(parseConnector(text, { environment: { X: '"}],[' } }).rules.advanced).toHaveLength(1);
  });
});
