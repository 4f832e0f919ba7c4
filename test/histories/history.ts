import fc, { type Arbitrary } from 'fast-check';

import type { PlayedPipeline } from './played-pipeline';
import { TABLE_KINDS, type TableKindName } from './table-kinds';

/** Something that happens between two syncs. Numbers pick one of what is there, whatever that is by then. */
export type Action =
  | { readonly do: 'insert' | 'update' | 'delete' | 'renumber'; readonly table: number; readonly rows: readonly Row[] }
  | { readonly do: 'upheaval'; readonly table: number; readonly pick: number }
  | {
      readonly do: 'add column' | 'drop column' | 'widen column' | 'change type' | 'rename table' | 'drop table';
      readonly table: number;
    }
  | { readonly do: 'revoke' | 'grant' | 'hold a lock'; readonly table: number }
  | { readonly do: 'add alias'; readonly name: string; readonly filter: boolean }
  | { readonly do: 'change setting'; readonly pick: number }
  | { readonly do: 'split alias' | 'mend alias' }
  | {
      readonly do: 'switch pipeline';
      readonly pipeline: DrawnPipeline | undefined;
      readonly by: 'connector' | 'default' | 'final';
    }
  | {
      readonly do:
        | 'delete documents'
        | 'write beside'
        | 'write under its name'
        | 'copy a document'
        | 'change a document'
        | 'change own field';
      readonly pick: number;
    };

export interface Row {
  readonly n: number;
  readonly status: string | null;
  readonly name: string | null;
  readonly v: number | null;
}

/** A pipeline for one of the relations that are there by then. */
export type DrawnPipeline = Omit<PlayedPipeline, 'relation'> & { readonly relation: number };

export interface Step {
  readonly actions: readonly Action[];
  readonly sync: 'full' | 'incremental' | 'rebuild';
  /** The connector that syncs; the second one, where the history has it. */
  readonly connector: 0 | 1;
}

/** What happens to a connector: data alone, so that a history can be cut down and told. */
export interface History {
  readonly kinds: readonly TableKindName[];
  /** Whether `*` selects the tables, or their names do. */
  readonly selects: 'everything' | 'names';
  /** A second connector over the same tables, and where it writes. */
  readonly second: 'none' | 'same index' | 'another index';
  readonly rows: readonly Row[];
  readonly steps: readonly Step[];
}

/** Themes that a run may leave out. */
export const THEMES = ['pipelines', 'strangers', 'ddl', 'grants', 'locks', 'aliases', 'neighbours'] as const;
export type Theme = (typeof THEMES)[number];

const pick = fc.nat({ max: 99 });
const row: Arbitrary<Row> = fc.record({
  n: fc.integer({ min: 1, max: 12 }),
  status: fc.constantFrom('draft', 'live', null),
  name: fc.constantFrom('a', 'name', 'x,y', '50%', 'Zürich', '', '"quoted"', 'line\nbreak', null),
  v: fc.option(fc.integer({ min: -1, max: 6 })),
});

const OWN_NUMBERS = ['_bucket', '_id_hash', '_timestamp'];

const pipeline: Arbitrary<DrawnPipeline> = fc
  .record({
    relation: pick,
    status: fc.option(fc.constantFrom('draft', 'live'), { nil: undefined }),
    work: fc.oneof(
      { weight: 4, arbitrary: fc.constant({ does: 'drop' } as const) },
      {
        weight: 2,
        arbitrary: fc.record({ does: fc.constantFrom('rename', 'remove'), column: fc.constantFrom('name', 'v') }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          does: fc.constant('set'),
          field: fc.constantFrom('id', 'table', 'extra', '_id', '_index', '_relation'),
          value: fc.constant('other'),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          does: fc.constant('set'),
          field: fc.constantFrom(...OWN_NUMBERS),
          value: fc.constant(7),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          does: fc.constant('strip'),
          field: fc.constantFrom('id', 'schema', '_relation', '_fingerprint', ...OWN_NUMBERS),
        }),
      },
      { weight: 1, arbitrary: fc.constant({ does: 'fail' } as const) },
    ),
  })
  .map(({ status, ...others }) => ({ ...others, ...(status === undefined ? {} : { status }) }));

const ACTIONS = {
  rows: [
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom('insert', 'update', 'delete'),
        table: pick,
        rows: fc.array(row, { minLength: 1, maxLength: 3 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('renumber'),
        table: pick,
        rows: fc.array(row, { minLength: 1, maxLength: 2 }),
      }),
    },
  ],
  ddl: [
    { weight: 2, arbitrary: fc.record({ do: fc.constant('upheaval'), table: pick, pick }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('add column', 'drop column', 'widen column', 'change type', 'rename table', 'drop table'),
        table: pick,
      }),
    },
  ],
  grants: [{ weight: 1, arbitrary: fc.record({ do: fc.constantFrom('revoke', 'grant', 'grant'), table: pick }) }],
  locks: [{ weight: 1, arbitrary: fc.record({ do: fc.constant('hold a lock'), table: pick }) }],
  aliases: [
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('add alias'),
        name: fc.constantFrom('shop', 'live'),
        filter: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('change setting'), pick }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('split alias', 'mend alias', 'mend alias') }) },
  ],
  pipelines: [
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('switch pipeline'),
        pipeline: fc.option(pipeline, { nil: undefined, freq: 3 }),
        by: fc.constantFrom('connector', 'default', 'final'),
      }),
    },
  ],
  strangers: [
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'delete documents',
          'write beside',
          'write under its name',
          'copy a document',
          'change a document',
          'change own field',
        ),
        pick,
      }),
    },
  ],
  neighbours: [],
} as const;

/** Draws histories of the themes that are not left out; rows always change. */
export function drawHistories(without: readonly Theme[] = []): Arbitrary<History> {
  const themes = THEMES.filter((theme) => !without.includes(theme));
  const arbitraries = (['rows', ...themes] as const).flatMap((theme) => [...ACTIONS[theme]]);
  const action = fc.oneof(...(arbitraries as unknown as { weight: number; arbitrary: Arbitrary<Action> }[]));
  const second = themes.includes('neighbours')
    ? (['none', 'none', 'same index', 'another index'] as const)
    : (['none'] as const);
  const sync = fc.constantFrom<Step['sync']>('full', 'full', 'incremental', 'incremental', 'rebuild');
  const step: Arbitrary<Step> = fc.record({
    actions: fc.array(action, { minLength: 1, maxLength: 3 }),
    sync: themes.includes('aliases') ? sync : sync.map((kind) => (kind === 'rebuild' ? 'full' : kind)),
    connector: fc.constantFrom(0, 0, 1),
  });
  return fc.record({
    kinds: fc.uniqueArray(fc.constantFrom(...(Object.keys(TABLE_KINDS) as TableKindName[])), {
      minLength: 1,
      maxLength: 3,
    }),
    selects: fc.constantFrom('everything', 'names'),
    second: fc.constantFrom(...second),
    rows: fc.array(row, { minLength: 2, maxLength: 8 }),
    steps: fc.array(step, { minLength: 2, maxLength: 5 }),
  });
}
