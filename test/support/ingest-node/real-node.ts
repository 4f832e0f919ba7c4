import type { Fields } from './ingest-document';

/** An answer of the node behind. */
export interface NodeAnswer {
  readonly status: number;
  readonly body: string;
}

/** Speaks to the node behind with what the client sent: whose name it speaks in is in the headers. */
export interface RealNode {
  readonly send: (method: string, path: string, body?: string) => Promise<NodeAnswer>;
  /** @returns undefined where there is nothing */
  readonly find: (path: string) => Promise<Fields | undefined>;
}

export function createRealNode(target: string, authorization: string | undefined): RealNode {
  const send = async (method: string, path: string, body?: string): Promise<NodeAnswer> => {
    const headers = { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) };
    const answer = await fetch(new URL(path, target), { method, headers, ...(body === undefined ? {} : { body }) });
    return { status: answer.status, body: await answer.text() };
  };
  return {
    send,
    find: async (path) => {
      const { status, body } = await send('GET', path);
      return status === 200 ? (JSON.parse(body) as Fields) : undefined;
    },
  };
}
