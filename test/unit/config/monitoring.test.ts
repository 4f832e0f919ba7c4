import { messagesOf, MINIMAL, parse } from '../../support/parse-configuration';

const monitoringOf = (line: string) => parse(`monitoring: ${line}${MINIMAL}`).settings.monitoring;

const NOTHING = { hosts: [], control: false };

describe('monitoring', () => {
  test('listens nowhere unless an address is given', () => {
    expect(parse(MINIMAL).settings.monitoring).toEqual(NOTHING);
    expect(monitoringOf('{ address: "" }')).toEqual(NOTHING);
  });

  test.each([
    ['127.0.0.1:9464', { host: '127.0.0.1', port: 9464 }],
    ['0.0.0.0:0', { host: '0.0.0.0', port: 0 }],
    ['"[::]:9464"', { host: '::', port: 9464 }],
  ])('takes the address %s', (text, address) => {
    expect(monitoringOf(`{ address: ${text} }`)).toEqual({ ...NOTHING, address });
  });

  test.each(['http://127.0.0.1:9464', '9464', 'localhost'])('refuses %s as an address', (text) => {
    expect(messagesOf(`monitoring: { address: "${text}" }${MINIMAL}`)).toEqual({
      'monitoring.address': 'must be HOST:PORT, such as 127.0.0.1:9464, without http://',
    });
  });

  test('has buttons only with a token, which is none where there are no buttons', () => {
    expect(messagesOf(`monitoring: { control: true }${MINIMAL}`)).toEqual({
      'monitoring.token': 'is required with control: true',
    });
    const token = '0123456789abcdef';
    expect(monitoringOf(`{ control: true, token: ${token}x }`)?.token).toBe(`${token}x`);
    expect(monitoringOf(`{ token: ${token}x }`)?.token).toBeUndefined();
  });

  test.each([
    [{}, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, undefined],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_SDK_DISABLED: 'true' }, undefined],
  ])('sends traces where the standard variables ask for it: %j', (environment, traces) => {
    expect(parse(MINIMAL, { environment }).settings.monitoring?.traces).toBe(traces);
  });
});
