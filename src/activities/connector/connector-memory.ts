/** A kind of thing that activities of one sync leave for each other, and how it begins. Its identity is its name. */
export interface MemoryKind<Content> {
  readonly begin: () => Content;
}

/**
 * What activities of a connector's sync keep for those that follow in the same process, such as rows' ids, which must
 * not cross an activity's border. Never relied on: whoever finds nothing, as on another worker, does the work anew.
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
