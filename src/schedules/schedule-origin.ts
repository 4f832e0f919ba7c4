import { existsSync } from 'node:fs';
import { hostname } from 'node:os';

import type { ConnectorSettings, ElasticsearchSettings } from '../config/settings/settings';

/** Key of the memo, of a schedule's action, that says which configuration file made it: it can be changed later. */
export const ORIGIN_MEMO = 'madeBy';

/** The configuration file that made a schedule. */
export interface ScheduleOrigin {
  /** Absolute path. */
  readonly file: string;
  readonly host: string;
  /** The connector's destination, as that file says: in containers of many hosts a file has the same path. */
  readonly destination: string;
  /** Whether its connector is managed in Elasticsearch, and only served by that file. Absent: it is not. */
  readonly served?: true;
}

export function originOf(
  file: string,
  { indexName, isServed }: ConnectorSettings,
  elasticsearch: ElasticsearchSettings,
): ScheduleOrigin {
  const { host } = elasticsearch;
  // Without what may be a secret.
  const server = URL.canParse(host) ? `${new URL(host).host}${new URL(host).pathname}` : '';
  const destination = `${server.replace(/\/$/u, '')}/${indexName}`;
  return { file, host: hostname(), destination, ...(isServed === true ? { served: isServed } : {}) };
}

/**
 * Whether a connector's schedule belongs to another configuration file. A path on another host is the same file where the
 * connector writes to the same place; a file that is gone from this host has been moved.
 * @param made - undefined for schedules of 0.1.0, which belong to whichever file defines their connector
 */
export function isOfAnotherFile(made: ScheduleOrigin | undefined, own: ScheduleOrigin): boolean {
  if (made === undefined) return false;
  const isHere = made.host === own.host;
  if (made.file === own.file) return !isHere && made.destination !== own.destination;
  return !isHere || existsSync(made.file);
}

/** Whether this very file, on this host, made a schedule. */
export function isMadeHere(made: ScheduleOrigin | undefined, file: string): boolean {
  return made?.file === file && made.host === hostname();
}
