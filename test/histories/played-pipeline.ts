/** What a pipeline of a history does to documents of one relation, or of all. */
export type PipelineWork =
  | { readonly does: 'drop' }
  | { readonly does: 'rename'; readonly column: string }
  | { readonly does: 'remove'; readonly column: string }
  | { readonly does: 'set'; readonly field: string; readonly value: string | number | null }
  | { readonly does: 'strip'; readonly field: string }
  | { readonly does: 'fail' };

/** A pipeline: some work on documents whose `status` is one, or on all. */
export interface PlayedPipeline {
  readonly work: PipelineWork;
  /** `schema.table` whose columns it knows. */
  readonly relation: string;
  readonly status?: string;
}

/** What pgferry can't do without: it is refused whatever else the document says. */
const NEEDED = ['_id', '_index', '_relation', '_bucket', '_id_hash', '_timestamp', '_fingerprint'];

/** What a document becomes. */
export type PlayedOutcome =
  | { readonly is: 'stored'; readonly document: Readonly<Record<string, unknown>> }
  | { readonly is: 'dropped' | 'refused' | 'spoilt' };

/** The definition as it is put into Elasticsearch. */
export function definePipeline({ work, relation, status }: PlayedPipeline): object {
  const field = (column: string) => fieldOf(relation, column);
  const condition = status === undefined ? {} : { if: `ctx.${field('status')} == '${status}'` };
  const processor = (): object => {
    switch (work.does) {
      case 'drop':
        return { drop: condition };
      case 'rename':
        return { rename: { field: field(work.column), target_field: 'renamed', ignore_missing: true, ...condition } };
      case 'remove':
        return { remove: { field: field(work.column), ignore_missing: true, ...condition } };
      case 'set':
        return { set: { field: work.field, value: work.value, ...condition } };
      case 'strip':
        return { remove: { field: work.field, ignore_missing: true, ...condition } };
      case 'fail':
        return { remove: { field: 'there is no such field', ...condition } };
    }
  };
  return { processors: [processor()] };
}

/** What the pipeline makes of a document, told again without any of the code that plays it. */
export function foretell(
  { work, relation, status }: PlayedPipeline,
  document: Readonly<Record<string, unknown>>,
): PlayedOutcome {
  const applies = status === undefined || document[fieldOf(relation, 'status')] === status;
  if (!applies) return { is: 'stored', document };
  const edited: Record<string, unknown> = { ...document };
  const take = (field: string): unknown => {
    const value = edited[field];
    Reflect.deleteProperty(edited, field);
    return value;
  };
  switch (work.does) {
    case 'drop':
      return { is: 'dropped' };
    case 'fail':
      return { is: 'refused' };
    case 'remove':
      take(fieldOf(relation, work.column));
      return { is: 'stored', document: edited };
    case 'rename': {
      const field = fieldOf(relation, work.column);
      if (!(field in edited)) return { is: 'stored', document };
      edited['renamed'] = take(field);
      return { is: 'stored', document: edited };
    }
    case 'set':
    case 'strip':
      if (NEEDED.includes(work.field)) return spoil(work, document);
      if (work.does === 'set') edited[work.field] = work.value;
      else take(work.field);
      return { is: 'stored', document: edited };
  }
}

/** A field that the document does not have can't be stripped; an id can't be, of a document with a version. */
function spoil(
  work: PipelineWork & { readonly does: 'set' | 'strip'; readonly field: string },
  document: Readonly<Record<string, unknown>>,
): PlayedOutcome {
  if (work.does === 'strip' && work.field === '_id') return { is: 'refused' };
  if (work.does === 'strip' && work.field === '_fingerprint' && !('_fingerprint' in document))
    return { is: 'stored', document };
  return { is: 'spoilt' };
}

export function fieldOf(relation: string, column: string): string {
  return `${relation.replace('.', '_')}_${column}`.toLowerCase();
}
