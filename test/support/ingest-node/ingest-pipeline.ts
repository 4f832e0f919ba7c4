import { type Condition, parseCondition } from './condition';
import { type Fields, type IngestDocument, textOf } from './ingest-document';
import { IngestError } from './ingest-error';
import { DROPPED, PROCESSORS } from './processors';

/** A pipeline's definition, as it was put. */
export interface PipelineDefinition {
  readonly processors?: readonly Readonly<Record<string, Fields>>[];
  readonly on_failure?: readonly Readonly<Record<string, Fields>>[];
  readonly [key: string]: unknown;
}

/** Definitions by their pipelines' names. */
export type Pipelines = Readonly<Record<string, PipelineDefinition>>;

const conditions = new Map<string, Condition>();

/**
 * Sends a document through a pipeline, which edits it.
 *
 * @returns whether it was dropped
 * @throws IngestError where a processor failed and nothing takes care of it
 */
export function runPipeline(pipelines: Pipelines, name: string, document: IngestDocument): boolean {
  return run({ pipelines, path: [] }, name, document) === DROPPED;
}

/** @throws IngestError for a processor or condition that is not played */
export function checkPipeline({ processors = [], on_failure: handlers = [] }: PipelineDefinition): void {
  for (const processor of [...processors, ...handlers]) {
    for (const [type, { if: condition, on_failure: inner }] of Object.entries(processor)) {
      if (type !== 'pipeline' && !Object.hasOwn(PROCESSORS, type))
        throw new IngestError('parse_exception', `No processor type exists with name [${type}]`);
      if (typeof condition === 'string') parseCondition(condition);
      if (inner !== undefined) checkPipeline({ processors: inner as NonNullable<PipelineDefinition['processors']> });
    }
  }
}

interface Run {
  readonly pipelines: Pipelines;
  /** Names of the pipelines that are under way. */
  readonly path: readonly string[];
}

function run({ pipelines, path }: Run, name: string, document: IngestDocument): typeof DROPPED | undefined {
  const pipeline = pipelines[name];
  if (pipeline === undefined) throw illegal(`pipeline with id [${name}] does not exist`);
  if (path.includes(name))
    throw new IngestError('graph_structure_exception', `Cycle detected for pipeline: ${name}`, 400);
  const inside = { pipelines, path: [...path, name] };
  const { processors = [], on_failure: handlers } = pipeline;
  return attempt(inside, document, handlers, () => runAll(inside, processors, document));
}

function runAll(
  inside: Run,
  processors: readonly Readonly<Record<string, Fields>>[],
  document: IngestDocument,
): typeof DROPPED | undefined {
  for (const [type, options] of processors.flatMap((processor) => Object.entries(processor))) {
    const process = () => runOne(inside, type, options, document);
    const handlers = (options['on_failure'] ?? (options['ignore_failure'] === true ? [] : undefined)) as
      PipelineDefinition['on_failure'] | undefined;
    if (attempt(inside, document, handlers, process) === DROPPED) return DROPPED;
  }
  return undefined;
}

/** Runs processors in place of what failed; without any, not even an empty list, the failure is the document's. */
function attempt(
  inside: Run,
  document: IngestDocument,
  handlers: PipelineDefinition['on_failure'],
  process: () => typeof DROPPED | undefined,
): typeof DROPPED | undefined {
  try {
    return process();
  } catch (error) {
    if (!(error instanceof IngestError) || handlers === undefined) throw error;
    return runAll(inside, handlers, document);
  }
}

function runOne(inside: Run, type: string, options: Fields, document: IngestDocument): typeof DROPPED | undefined {
  if (typeof options['if'] === 'string' && !conditionOf(options['if'])(document)) return undefined;
  if (type !== 'pipeline') return PROCESSORS[type]?.(document, options);
  const name = textOf(options['name']);
  if (options['ignore_missing_pipeline'] === true && inside.pipelines[name] === undefined) return undefined;
  return run(inside, name, document);
}

function conditionOf(script: string): Condition {
  const known = conditions.get(script) ?? parseCondition(script);
  conditions.set(script, known);
  return known;
}

function illegal(reason: string): IngestError {
  return new IngestError('illegal_argument_exception', reason);
}
