/** Whether the worker reaches the servers through the proxies in this round. */
export type Route = 'direct' | 'proxied';
