/** A pipeline that documents pass, and what says so. */
export interface NamedPipeline {
  readonly name: string;
  /** For messages: "`pipeline.name`", "`index.default_pipeline` of the index search-shop". */
  readonly setBy: string;
}

/** An index whose documents pipelines may work on, and the requests by which they come. */
export interface PipelineSubject {
  /** `pipeline.name` of the connector. */
  readonly requested: string | undefined;
  /** The index's settings, by their full names. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Owner of the settings, for messages: `the index search-shop`. */
  readonly place: string;
}

/** By which Elasticsearch says: none. */
const NONE = '_none';

/**
 * The pipelines that work on what is written to an index: one that the request names takes the place of the index's
 * default one, never of its final one.
 */
export function namePipelines({ requested, settings, place }: PipelineSubject): NamedPipeline[] {
  const bySetting = (setting: string) => ({ name: settings[setting], setBy: `\`${setting}\` of ${place}` });
  const first =
    requested === undefined ? bySetting('index.default_pipeline') : { name: requested, setBy: '`pipeline.name`' };
  return [first, bySetting('index.final_pipeline')].flatMap(({ name, setBy }) =>
    typeof name !== 'string' || name === '' || name === NONE ? [] : [{ name, setBy }],
  );
}
