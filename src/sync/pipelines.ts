/** The ingest pipelines that work on a sync's documents. Where none does, there is no such object. */
export interface WorkingPipelines {
  /** In their order: the request's own or `index.default_pipeline`, then `index.final_pipeline`. */
  readonly names: readonly string[];
  /** Hash of names and definitions, also of pipelines that they call: another one may make other documents. */
  readonly digest: string;
  /** The credentials may not read definitions: the hash is of the names alone. */
  readonly hidden?: true;
}

/** Notes on pipelines for people, before the first write. */
export function notePipelines(pipelines: WorkingPipelines | undefined, connectorId: string): string[] {
  if (pipelines?.hidden !== true) return [];
  return [
    `The definition of ${describePipelines(pipelines)} can't be read (cluster privilege read_pipeline), ` +
      `so a change of it is not noticed. Rows that it drops are tried again when they change, and by: ` +
      `pgferry rejected retry ${connectorId}`,
  ];
}

/** For messages: `the ingest pipeline "clean"`, `the ingest pipelines "clean" and "stamp"`. */
export function describePipelines({ names }: Pick<WorkingPipelines, 'names'>): string {
  const quoted = names.map((name) => `"${name}"`).join(' and ');
  return `the ingest pipeline${names.length === 1 ? '' : 's'} ${quoted}`;
}
