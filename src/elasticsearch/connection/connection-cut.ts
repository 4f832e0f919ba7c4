/** How the client words a connection that the server closed instead of answering. */
export const CONNECTION_CUT = /other side closed|ECONNRESET|EPIPE|socket hang up|terminated/iu;
