import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

import { parseSettings } from '../../../src/config/parse-settings';

interface Manifest {
  readonly kind: string;
  readonly stringData?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
          readonly livenessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
          readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
        }[];
      };
    };
  };
}

const FILE = join(__dirname, '../../../docs/kubernetes/pgferry.yml');
const manifests = parseAllDocuments(readFileSync(FILE, 'utf8')).map((document) => document.toJS() as Manifest);

function manifest(kind: string): Manifest {
  const found = manifests.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

describe('docs/kubernetes/pgferry.yml', () => {
  const text = manifest('ConfigMap').data?.['pgferry.yml'] ?? '';
  const environment = manifest('Secret').stringData ?? {};
  const readFile = () => '';
  const { settings } = parseSettings(text, { environment, directory: '/', readFile });

  it('holds a configuration that parses, with its secrets', () => {
    expect(settings.elasticsearch.apiKey).toBe(environment['ES_API_KEY']);
    expect(settings.connectors[0]?.source.password).toBe(environment['PGPASSWORD']);
  });

  it('probes the worker where the configuration lets it listen', () => {
    const [container] = manifest('Deployment').spec?.template.spec.containers ?? [];
    const port = container?.ports.find(({ name }) => name === 'monitoring');
    expect(settings.monitoring?.address).toEqual({ host: '0.0.0.0', port: port?.containerPort });
    expect(container?.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'monitoring' });
    expect(container?.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'monitoring' });
  });
});
