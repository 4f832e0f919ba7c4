import type { FieldMapping } from '../../sync/field-mapping';
import { baseOf, type ColumnType } from '../../sync/relation';
import type { Rendering } from '../types/rendering';
import { hostOfAddress, hostOfNetwork, networkOfAddress } from './address-values';
import { DATE_FORMAT_EXAMPLES, type DateWriter, findDateWriter } from './date-format';
import { writtenDate, writtenRange, writtenTime } from './date-values';
import type { FieldGroup } from './field-types';
import { pairOfPoint, shapeOfFigure, shapeOfPoint } from './geo-values';
import { jsonOfText, numbersOfMap, plainJson, textOfJson } from './json-values';
import { booleanOfNumber, booleanOfText, numberOfText } from './number-values';
import { addressOfText, networkOfText, pointOfText, rangeOfText } from './text-values';
import type { ValueKind } from './value-kind';

/** A column's type, the mapping that the file gives it, and how its values are written without that. */
export interface Overridden {
  readonly type: ColumnType;
  readonly mapping: FieldMapping;
  readonly own: Rendering;
}

/** A way of values of some kinds into fields of some groups. */
interface Conversion {
  readonly from: readonly ValueKind[];
  readonly to: readonly FieldGroup[];
  readonly render: 'own' | ((overridden: Overridden) => Renderer | 'own' | Unwritable);
}

/** SQL of a value as the field takes it, null for null; a value that can't be turned stays what it is. */
export type Renderer = (value: string) => string;

/** The reason why a mapping can't have values that its type has. */
export interface Unwritable {
  readonly problem: string;
}

/** Every way that there is; a pair of kind and group has one at most. */
const CONVERSIONS: readonly Conversion[] = [
  { from: ['number', 'boolean'], to: ['text'], render: 'own' },
  { from: ['number', 'boolean'], to: ['string'], render: renderText },
  {
    from: ['text', 'bits', 'identifier', 'date', 'time', 'span', 'bytes', 'address', 'point', 'figure'],
    to: ['text', 'string'],
    render: 'own',
  },
  { from: ['network', 'vector', 'numberRange', 'dateRange'], to: ['text', 'string'], render: by(itsText) },
  { from: ['json'], to: ['text', 'string'], render: by(textOfJson) },
  {
    from: ['map', 'composite', 'geometry'],
    to: ['text', 'string'],
    render:
      ({ own }) =>
      (value) =>
        `(${own.render(value)})::text`,
  },
  // A suggester refuses an empty text; its analyzer drops digits, so that it is of no use for numbers.
  { from: ['text'], to: ['completion'], render: by((value) => `nullif(${value}::text, '')`) },
  { from: ['number'], to: ['number', 'rankFeature', 'date'], render: 'own' },
  { from: ['number'], to: ['boolean'], render: by(booleanOfNumber) },
  { from: ['boolean'], to: ['boolean'], render: 'own' },
  { from: ['boolean'], to: ['number'], render: by((value) => `${value}::integer`) },
  { from: ['text', 'bits'], to: ['number', 'rankFeature'], render: by(numberOfText) },
  { from: ['text', 'bits'], to: ['boolean'], render: by(booleanOfText) },
  { from: ['text'], to: ['date', 'binary'], render: 'own' },
  { from: ['text'], to: ['ip'], render: by(addressOfText) },
  { from: ['text'], to: ['ipRange'], render: by(networkOfText) },
  { from: ['text'], to: ['numberRange', 'dateRange'], render: by(rangeOfText) },
  { from: ['text'], to: ['point'], render: by(pointOfText) },
  { from: ['text'], to: ['shape', 'vector', 'object', 'features', 'summary', 'join', 'query'], render: by(jsonOfText) },
  { from: ['date'], to: ['date'], render: renderDate },
  { from: ['time'], to: ['date'], render: renderTime },
  { from: ['bytes'], to: ['binary'], render: 'own' },
  { from: ['address'], to: ['ip'], render: by(hostOfAddress) },
  { from: ['address'], to: ['ipRange'], render: by(networkOfAddress) },
  { from: ['network'], to: ['ip'], render: by(hostOfNetwork) },
  { from: ['network'], to: ['ipRange'], render: 'own' },
  { from: ['numberRange'], to: ['numberRange'], render: 'own' },
  { from: ['dateRange'], to: ['dateRange'], render: renderDateRange },
  { from: ['point'], to: ['point'], render: by(pairOfPoint) },
  { from: ['point'], to: ['shape'], render: by(shapeOfPoint) },
  {
    from: ['figure'],
    to: ['shape'],
    render:
      ({ type }) =>
      (value) =>
        shapeOfFigure(nameOf(type), value),
  },
  { from: ['geometry'], to: ['point', 'shape', 'object'], render: 'own' },
  { from: ['vector'], to: ['vector'], render: renderVector },
  // Vectors that have more dimensions than Elasticsearch's are lists of numbers.
  { from: ['vector'], to: ['number'], render: 'own' },
  { from: ['json', 'map', 'composite'], to: ['object'], render: 'own' },
  {
    from: ['json'],
    to: [
      'completion',
      'number',
      'rankFeature',
      'boolean',
      'date',
      'ip',
      'numberRange',
      'dateRange',
      'ipRange',
      'point',
      'shape',
      'vector',
      'features',
      'summary',
      'join',
      'query',
    ],
    render: by(plainJson),
  },
  { from: ['map'], to: ['features'], render: by(numbersOfMap) },
  {
    from: ['composite'],
    to: ['completion', 'numberRange', 'dateRange', 'ipRange', 'point', 'features', 'summary', 'join'],
    render: 'own',
  },
];

function by(render: Renderer): () => Renderer {
  return () => render;
}

/** Finds how values of a kind come into fields of a group; undefined where they can't. */
export function findConversion(kind: ValueKind, group: FieldGroup): Conversion['render'] | undefined {
  return CONVERSIONS.find(({ from, to }) => from.includes(kind) && to.includes(group))?.render;
}

/** The text of money depends on the session. */
function renderText({ type }: Overridden): Renderer {
  return nameOf(type) === 'money' ? (value) => `${value}::numeric::text` : itsText;
}

function itsText(value: string): string {
  return `${value}::text`;
}

function renderDate({ type, mapping }: Overridden): Renderer | 'own' | Unwritable {
  const writer = requireWriter(mapping);
  return typeof writer === 'function' ? (value) => writtenDate(nameOf(type), value, writer) : writer;
}

/** A time alone is no date to ISO 8601. */
function renderTime({ mapping }: Overridden): Renderer | Unwritable {
  const writer = requireWriter(mapping);
  if (writer === 'own') return { problem: 'a time of day needs a format, such as HH:mm:ss' };
  return typeof writer === 'function' ? (value) => writtenTime(value, writer) : writer;
}

function renderDateRange({ type, mapping }: Overridden): Renderer | 'own' | Unwritable {
  const writer = requireWriter(mapping);
  return typeof writer === 'function' ? (value) => writtenRange(baseOf(type), value, writer) : writer;
}

function requireWriter({ format }: FieldMapping): Exclude<DateWriter, 'as it is'> | 'own' | Unwritable {
  const writer = findDateWriter(format);
  if (writer === undefined) return { problem: `dates can't be written in its format; ${DATE_FORMAT_EXAMPLES} can` };
  return writer === 'as it is' ? 'own' : writer;
}

/** Only cosine similarity and the dot product have no place for a vector of zeros. */
function renderVector({ mapping: { similarity } }: Overridden): Renderer | 'own' {
  return similarity === 'l2_norm' || similarity === 'max_inner_product' ? (value) => `${value}::text::json` : 'own';
}

function nameOf(type: ColumnType): string {
  const base = baseOf(type);
  return base.kind === 'base' ? base.name : '';
}
