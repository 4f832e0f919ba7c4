import { asCount, asObject, asText } from '../answers/read-answer';

/** A document of the protocol as it was found: its sequence number lets nobody's change be overwritten. */
export interface FoundDocument extends FoundId {
  readonly source: Readonly<Record<string, unknown>>;
}

/** A document without its content. */
export interface FoundId {
  readonly id: string;
  readonly seqNo: number;
  readonly primaryTerm: number;
}

/** @throws TypeError for what is no hit that was asked for with its sequence number */
export function readFoundId(hit: unknown): FoundId {
  const { _id: id, _seq_no: seqNo, _primary_term: primaryTerm } = asObject(hit);
  return { id: asText(id), seqNo: asCount(seqNo), primaryTerm: asCount(primaryTerm) };
}

/** @throws TypeError for what is no hit with a source */
export function readFound(hit: unknown): FoundDocument {
  return { ...readFoundId(hit), source: asObject(asObject(hit)['_source']) };
}
