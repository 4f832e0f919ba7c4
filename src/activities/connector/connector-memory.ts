/** A kind of memory, and its empty content. Kinds are told apart by identity. */
export interface MemoryKind<Content> {
  readonly begin: () => Content;
}

/**
 * Memory of a connector's sync in this process, for activities that follow: of rows' ids, which must not cross an
 * activity's border, and of descriptions. Never relied on: who finds nothing, as on another worker, does the work anew.
 */
export interface ConnectorMemory {
  /** The job's own content of a kind. That of another job is forgotten: a connector has one sync at a time. */
  readonly of: <Content>(jobId: string, kind: MemoryKind<Content>) => Content;
  /** To be called when a sync has ended. */
  readonly forget: () => void;
}

/** An empty memory. */
export function createConnectorMemory(): ConnectorMemory {
  const contents = new Map<MemoryKind<unknown>, unknown>();
  let owner = '';
  return {
    of: <Content>(jobId: string, kind: MemoryKind<Content>) => {
      if (owner !== jobId) contents.clear();
      owner = jobId;
      if (!contents.has(kind)) contents.set(kind, kind.begin());
      // Its kind began it.
      return contents.get(kind) as Content;
    },
    forget: () => {
      contents.clear();
    },
  };
}
