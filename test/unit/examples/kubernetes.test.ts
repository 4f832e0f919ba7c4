import { parseAllDocuments } from 'yaml';

import { parseSettings } from '../../../src/config/parse-settings';
import { packageVersion, readExample } from '../../support/example-files';

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly {
    readonly image: string;
    readonly args: readonly string[];
    readonly envFrom: readonly { readonly secretRef: { readonly name: string } }[];
    readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
    readonly livenessProbe: Probe;
    readonly readinessProbe: Probe;
    readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
  readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly stringData?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata: {
        readonly labels: Readonly<Record<string, string>>;
        readonly annotations: Readonly<Record<string, string>>;
      };
      readonly spec: PodSpec;
    };
  };
}

const manifests = parseAllDocuments(readExample('kubernetes', 'pgferry.yml')).map(
  (document) => document.toJS() as Manifest,
);

function manifest(kind: string): Manifest {
  const found = manifests.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
}

describe('examples/kubernetes/pgferry.yml', () => {
  const text = manifest('ConfigMap').data?.['pgferry.yml'] ?? '';
  const environment = manifest('Secret').stringData ?? {};
  const readFile = () => '';
  const { settings, notes, warnings } = parseSettings(text, { environment, directory: '/', readFile });
  const { selector, template } = manifest('Deployment').spec ?? {};
  const pod = template?.spec;
  const [container] = pod?.containers ?? [];

  test('holds a configuration that parses, with its secrets', () => {
    expect({ notes, warnings }).toEqual({ notes: [], warnings: [] });
    expect(settings.elasticsearch.apiKey).toBe(environment['ES_API_KEY']);
    expect(settings.connectors[0]?.source.password).toBe(environment['PGPASSWORD']);
  });

  test('gives the worker that configuration and those secrets, and no other', () => {
    expect(container?.envFrom).toEqual([{ secretRef: { name: manifest('Secret').metadata.name } }]);
    const named = [...text.matchAll(/\$\{(\w+)/g)].map((match) => match[1]);
    expect(named.sort()).toEqual(Object.keys(environment).sort());
    const mount = container?.volumeMounts.find(({ mountPath }) => mountPath === '/etc/pgferry');
    const volume = pod?.volumes.find(({ name }) => name === mount?.name);
    expect(volume?.configMap).toEqual({ name: manifest('ConfigMap').metadata.name });
    expect(container?.args).toEqual(['worker', '-c', '/etc/pgferry/pgferry.yml']);
  });

  test('mounts every volume that it has', () => {
    const names = (list: readonly { readonly name: string }[] = []) => list.map(({ name }) => name).sort();
    expect(names(container?.volumeMounts)).toEqual(names(pod?.volumes));
  });

  test('finds its own pods', () => {
    expect(template?.metadata.labels).toMatchObject(selector?.matchLabels ?? { none: true });
  });

  test('runs the version of this checkout, and gives it the time to reach a checkpoint', () => {
    expect(container?.image).toBe(`pgferry:${packageVersion()}`);
    expect(pod?.terminationGracePeriodSeconds).toBe(45);
  });

  test('probes the worker where the configuration lets it listen', () => {
    const port = container?.ports.find(({ name }) => name === 'monitoring');
    expect(settings.monitoring?.address).toEqual({ host: '0.0.0.0', port: port?.containerPort });
    expect(template?.metadata.annotations['prometheus.io/port']).toBe(String(port?.containerPort));
    expect(container?.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'monitoring' });
    expect(container?.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'monitoring' });
  });
});
