import type { Fault, FaultyProxy, ProxiedRequest } from '../faulty-proxy';
import { startFaultyProxy } from '../faulty-proxy';

/** A real Elasticsearch that refuses what Elastic Cloud Serverless refuses. */
export interface ServerlessElasticsearch extends FaultyProxy {
  /** What was refused so far: settings, and paths of APIs. */
  readonly refused: readonly string[];
}

/** How much it tells of itself. */
export interface ServerlessOptions {
  /**
   * Whether `GET /` may be asked, which takes the privilege `monitor`.
   * @default true
   */
  readonly tellsKind?: boolean;
}

/** https://www.elastic.co/docs/reference/elasticsearch/index-settings/serverless */
const PUBLIC = [
  /^index\.(?:codec|default_pipeline|final_pipeline|hidden|mode|query\.default_field|refresh_interval)$/u,
  /^index\.(?:analysis|lifecycle|similarity|sort|time_series)\./u,
  /^index\.blocks\.(?:metadata|read|read_only|write)$/u,
  /^index\.mapping\.(?:coerce|exclude_source_vectors|ignore_above|ignore_malformed|source\.mode)$/u,
  /^index\.mapping\.total_fields\.(?:ignore_dynamic_beyond_limit|limit)$/u,
];

/** APIs that operators have to themselves there. */
const OPERATORS = /^\/_(?:cluster|nodes|tasks|snapshot|ilm|slm|license|xpack)\b/u;

const ROOT = {
  name: 'serverless',
  cluster_name: 'b0a1c2',
  cluster_uuid: 'lOsRtCZqQ0yLG8xVxn2vWw',
  version: { number: '8.11.0', build_flavor: 'serverless' },
  tagline: 'You Know, for Search',
};

/** @param target - address of the real one */
export async function startServerless(
  target: string,
  options: ServerlessOptions = {},
): Promise<ServerlessElasticsearch> {
  const proxy = await startFaultyProxy(target);
  const refused: string[] = [];
  return Object.assign(proxy, {
    refused,
    fault: (request: ProxiedRequest) => refuse(request, options, refused),
  });
}

function refuse(
  { method, url, body }: ProxiedRequest,
  { tellsKind = true }: ServerlessOptions,
  refused: string[],
): Fault | undefined {
  const path = url.replace(/\?.*$/u, '');
  if (path === '/') {
    if (tellsKind) return { status: 200, body: JSON.stringify(ROOT) };
    return refusal(403, 'security_exception', 'action [cluster:monitor/main] is unauthorized');
  }
  if (OPERATORS.test(path)) {
    refused.push(path);
    const reason = `Request for uri [${path}] with method [${method}] exists but is not available when running in serverless mode`;
    return refusal(410, 'api_not_available_exception', reason);
  }
  const kept = method === 'PUT' ? settingsOf(path, body).filter((name) => !PUBLIC.some((one) => one.test(name))) : [];
  if (kept.length === 0) return undefined;
  refused.push(...kept);
  const names = kept.sort().join(',');
  return refusal(
    400,
    'illegal_argument_exception',
    `Settings [${names}] are not available when running in serverless mode`,
  );
}

/** Names of the settings that a request gives an index. */
function settingsOf(path: string, body: Buffer): string[] {
  const isIndex = /^\/[^/_][^/]*$/u.test(path);
  if (!isIndex && !path.endsWith('/_settings')) return [];
  const parsed = JSON.parse(body.toString()) as { readonly settings?: object };
  return Object.keys(isIndex ? (parsed.settings ?? {}) : (parsed.settings ?? parsed));
}

function refusal(status: number, type: string, reason: string): Fault {
  return { status, body: JSON.stringify({ error: { root_cause: [{ type, reason }], type, reason }, status }) };
}
