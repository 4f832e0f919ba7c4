const CUT = /other side closed|ECONNRESET|EPIPE|socket|terminated|aborted/iu;

/** Whether a connection was made and then lost, as when a proxy does not like a large body. By the client's own words. */
export function isCut(error: unknown): boolean {
  return CUT.test(error instanceof Error ? error.message : String(error));
}
