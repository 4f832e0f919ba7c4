import { findConnector } from '../../config/settings/find-connector';
import { defineIndex, hashDefinition, parseDefinition } from '../../config/settings/hash-definition';
import type { ConnectorSettings, Settings } from '../../config/settings/settings';
import type { BegunSync } from '../../connector-service/jobs/claim-job';
import { SyncFailure } from '../../sync/failures';
import { NO_METER } from './connector-meter';
import { createGeneration, type Generation, type MeterOf } from './generation';
import { NotDefinedHere } from './not-defined-here';
import type { OpenConnector } from './open-connector';
import { isOfJob } from './open-served';

export type { OpenConnector } from './open-connector';

/** The connectors of a configuration; connections are opened when they are first needed, and shared. */
export interface ConnectorRegistry {
  /**
   * Opens a connector of the file, or one that is managed in Elasticsearch.
   * @param definition - the one that the sync was planned with, if it was; the newest otherwise
   * @param index - one of its indices, where it has many; absent with a definition that names its own
   * @throws NotDefinedHere where other workers may know better
   */
  readonly open: (connectorId: string, definition?: string, index?: string) => Promise<OpenConnector>;
  /** Opens the connector of a sync that begins; where that is managed in Elasticsearch, its job is claimed. */
  readonly begin: (begun: BegunSync) => Promise<OpenConnector>;
  /** Whether syncs of the connector are jobs in Elasticsearch, too. */
  readonly isShown: (connectorId: string) => boolean;
  /** Takes other settings for the syncs that begin from now on; those under way go on as they were planned. */
  readonly reload: (settings: Settings) => void;
  readonly close: () => Promise<void>;
}

/** Settings that syncs under way may have been planned with; a job that outlives more changes is planned anew. */
const KEPT_GENERATIONS = 10;

/** @param meterOf - nothing is counted without it */
export function createConnectorRegistry(settings: Settings, meterOf: MeterOf = () => NO_METER): ConnectorRegistry {
  // The newest first.
  let generations = [createGeneration(settings, meterOf)];
  const closing: Generation[] = [];

  const newest = () => {
    const [generation] = generations;
    if (generation === undefined) throw new Error('no settings');
    return generation;
  };
  /** Undefined where no generation of settings has that definition. */
  const findAs = async (connectorId: string, definition: string): Promise<OpenConnector | undefined> => {
    const { hash, index } = parseDefinition(definition);
    for (const generation of generations) {
      if (isOfJob(definition)) {
        const served = await unlessOther(generation.openServedAs(connectorId, definition));
        if (served !== undefined) return served;
      }
      const found = generation.settings.connectors.find(({ id }) => id === connectorId);
      if (found === undefined || hashDefinition(found, generation.settings.elasticsearch) !== hash) continue;
      return generation.open(found, index);
    }
    return undefined;
  };
  const openNow = (connectorId: string, index?: string): OpenConnector | Promise<OpenConnector> => {
    const { settings: now, open, openServed } = newest();
    const found = now.connectors.find(({ id }) => id === connectorId);
    if (index !== undefined && found?.indexNaming === undefined) {
      throw new NotDefinedHere('ConfigChanged', `connector ${connectorId} has no index for each table`);
    }
    if (found !== undefined) return open(found, index);
    return now.served === undefined ? open(findHere(now, connectorId)) : openServed(connectorId);
  };

  return {
    open: async (connectorId, definition, index) => {
      if (definition === undefined) return openNow(connectorId, index);
      const found = await findAs(connectorId, index === undefined ? definition : defineIndex(definition, index));
      if (found !== undefined) return found;
      await openNow(connectorId);
      throw new NotDefinedHere('ConfigChanged', `connector ${connectorId} has another definition`);
    },
    begin: async (begun) => {
      const { settings: now, beginServed, beginPublished } = newest();
      const isOfFile = now.connectors.some(({ id }) => id === begun.connectorId);
      if (isOfFile) await beginPublished(begun);
      return isOfFile || now.served === undefined ? openNow(begun.connectorId) : beginServed(begun);
    },
    isShown: (connectorId) => {
      const { connectors, published } = newest().settings;
      return published !== undefined || !connectors.some(({ id }) => id === connectorId);
    },
    reload: (next) => {
      closing.push(...generations.slice(KEPT_GENERATIONS - 1));
      generations = [createGeneration(next, meterOf), ...generations.slice(0, KEPT_GENERATIONS - 1)];
    },
    close: async () => {
      await Promise.all([...generations, ...closing].map(({ close }) => close()));
    },
  };
}

function findHere(settings: Settings, connectorId: string): ConnectorSettings {
  try {
    return findConnector(settings, connectorId);
  } catch (error) {
    if (!(error instanceof SyncFailure)) throw error;
    throw new NotDefinedHere('InvalidConfig', error.message, error.remedy);
  }
}

async function unlessOther(opening: Promise<OpenConnector>): Promise<OpenConnector | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof NotDefinedHere) return undefined;
    throw error;
  }
}
