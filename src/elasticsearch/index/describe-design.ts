import type { Standing } from '../../sync/job';
import type { LostValue } from '../blueprint/index-content';
import type { IndexDescription } from './describe-index';
import type { IndexDesign } from './design-index';

/** Names of what comes along from the old index: `index.refresh_interval`, `field title`, `alias shop`. */
export function listComingAlong({ changed, meta }: IndexDesign, old: IndexDescription): string[] {
  return [
    ...Object.keys(old.content.aliases).map((name) => `alias ${name}`),
    ...Object.keys(changed.settings),
    ...Object.keys(changed.parameters).map((name) => `mapping ${name}`),
    ...Object.keys(changed.properties).map((name) => `field ${name}`),
    ...Object.keys(meta).map((name) => `_meta ${name}`),
  ];
}

const ORIGINS: Readonly<Record<LostValue['source'], string>> = {
  template: 'an index template',
  pgferry: 'pgferry',
  index: 'the old index',
  file: 'documents.mapping',
  section: 'the connector’s section index',
};

/** A sentence without its full stop: `index.blocks.write true of the old index: a new index has to take writes`. */
export function describeLost({ name, value, source, reason }: LostValue): string {
  return `${name} ${value} of ${ORIGINS[source]}: ${reason}`;
}

/** Sentences about what a rebuild leaves behind for good, for people to hear before it begins. */
export function describeLeftBehind({ blueprint }: IndexDesign, old: IndexDescription): string[] {
  const lost = blueprint.lost.filter(({ source }) => source === 'index');
  return [
    ...lost.map((value) => `Stays behind: ${describeLost(value)}.`),
    ...(old.isOwn || !old.viaAlias
      ? []
      : [
          `The old index ${old.concrete} stays, without aliases: pgferry did not make it. Delete it when you ` +
            `need it no more.`,
        ]),
  ];
}

/** Sentences about what becomes of a name that is an index before or after a rebuild. */
export function describeChange({ name, viaAlias, isOwn }: IndexDescription, as: Standing | undefined): string[] {
  if (as === undefined || (viaAlias && as === 'alias')) return [];
  const maker = isOwn ? '' : ', which pgferry did not make,';
  const deleted = `The index ${name}${maker} is deleted when its rows are copied.`;
  const change =
    as === 'index'
      ? `Then there is no index of the name ${name} for about a second, and searches of it fail: a clone gets it.`
      : `From then on ${name} is an alias, and Kibana says of its connector that the attached index doesn't exist.`;
  return [...(viaAlias ? [] : [deleted]), change];
}
