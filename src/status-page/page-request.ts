import type { ConnectorStatus } from '../connector-status/connector-status';
import { needsSomebody } from '../connector-status/create-overview';

/** What a visitor wants to see. */
export interface PageRequest {
  /** Part of an id or of an index's name; empty: any. */
  readonly search: string;
  readonly filter: PageFilter;
  /** Number of the page, from 1 on. */
  readonly page: number;
}

/** States by which connectors can be picked. */
export const PAGE_FILTERS = ['all', 'broken', 'running', 'completed', 'never'] as const;
export type PageFilter = (typeof PAGE_FILTERS)[number];

/** Connectors a page. */
export const PAGE_SIZE = 25;
const LONGEST_SEARCH = 200;

/** Reads the address that a browser asked for; what means nothing is as if it were left out. */
export function readPageRequest(query: URLSearchParams): PageRequest {
  const page = Number(query.get('page') ?? 1);
  const filter = PAGE_FILTERS.find((name) => name === query.get('state')) ?? 'all';
  return {
    search: (query.get('q') ?? '').trim().slice(0, LONGEST_SEARCH),
    filter,
    page: Number.isInteger(page) && page >= 1 ? page : 1,
  };
}

/** The address of a page, relative to the first one. */
export function pageAddress({ search, filter, page }: PageRequest): string {
  const query = new URLSearchParams({
    ...(search === '' ? {} : { q: search }),
    ...(filter === 'all' ? {} : { state: filter }),
    ...(page === 1 ? {} : { page: String(page) }),
  });
  return query.size === 0 ? './' : `./?${query.toString()}`;
}

/** Connectors of a page, and of how many. */
export interface SelectedConnectors {
  readonly shown: readonly ConnectorStatus[];
  /** Number of connectors on all pages. */
  readonly found: number;
  /** Number of pages: 1 where nothing was found. */
  readonly pages: number;
  /** Number of the page that is shown: the last one, where there is none of that number. */
  readonly page: number;
}

export function selectConnectors(
  connectors: readonly ConnectorStatus[],
  { search, filter, page: wanted }: PageRequest,
): SelectedConnectors {
  const words = search.toLowerCase();
  const found = connectors.filter(
    (connector) =>
      isOfFilter(connector, filter) &&
      (connector.id.toLowerCase().includes(words) || (connector.index ?? '').toLowerCase().includes(words)),
  );
  const pages = Math.max(1, Math.ceil(found.length / PAGE_SIZE));
  const page = Math.min(wanted, pages);
  return { shown: found.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE), found: found.length, pages, page };
}

export function isOfFilter(connector: ConnectorStatus, filter: PageFilter): boolean {
  if (filter === 'all') return true;
  return filter === 'broken' ? needsSomebody(connector) : connector.state === filter;
}
