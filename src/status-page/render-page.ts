import type { ConnectorDetails, ConnectorStatus, StatusOverview } from '../connector-status/connector-status';
import { groupDigits } from '../sync/progress';
import { type Html, html } from './html';
import {
  isOfFilter,
  PAGE_FILTERS,
  pageAddress,
  type PageFilter,
  type PageRequest,
  type SelectedConnectors,
} from './page-request';
import type { PageSurroundings } from './page-surroundings';
import { renderConnector } from './render-connector';
import { renderDocument } from './render-document';

/** Content of the page. */
export interface StatusPage extends PageSurroundings {
  readonly overview: StatusOverview;
  readonly request: PageRequest;
  readonly selected: SelectedConnectors;
  readonly details: ReadonlyMap<string, ConnectorDetails>;
  /** Whether there is something to sign in for. */
  readonly hasControl: boolean;
  /** What became of the last button, where it did not work. */
  readonly problem?: string;
}

const NO_DETAILS: ConnectorDetails = { refused: [] };

/** All connectors, page by page, as a document. */
export function renderPage(page: StatusPage): string {
  const { overview, selected, details, request, problem } = page;
  const trouble =
    overview.trouble === undefined ? [] : [`Temporal: ${overview.trouble}; this may be old or incomplete.`];
  const notices = [...trouble, ...(problem === undefined ? [] : [problem])];
  return renderDocument(
    'pgferry',
    html`<header class="top">
        <h1>pgferry</h1>
        ${renderFilters(overview.connectors, request)} ${renderSearch(request)} ${renderSession(page)}
      </header>
      <p id="news" class="hidden" role="status"></p>
      <p id="offline" class="notice" hidden>The worker does not answer: what is shown is old.</p>
      <main id="live" data-busy="${isBusy(selected.shown) ? 'yes' : 'no'}">
        ${notices.map((words) => html`<p class="notice" role="alert">${words}</p>`)}
        ${selected.shown.map((connector) => renderConnector(connector, details.get(connector.id) ?? NO_DETAILS, page))}
        ${selected.found > 0 ? html`` : renderNothing(overview.connectors)} ${renderPages(request, selected)}
      </main>`,
  );
}

function isBusy(connectors: readonly ConnectorStatus[]): boolean {
  return connectors.some(({ state }) => state === 'running');
}

const FILTER_NAMES: Readonly<Record<PageFilter, string>> = {
  all: 'all',
  broken: 'failed',
  running: 'running',
  completed: 'in step',
  never: 'no sync known',
};

function renderFilters(connectors: readonly ConnectorStatus[], { search, filter: current }: PageRequest): Html {
  const links = PAGE_FILTERS.map((filter) => {
    const count = connectors.filter((connector) => isOfFilter(connector, filter)).length;
    const address = pageAddress({ search, filter, page: 1 });
    const mark = filter === current ? html` aria-current="page"` : '';
    return html`<a href="${address}" class="filter ${filter}" ${mark}
      >${FILTER_NAMES[filter]} <b>${groupDigits(count)}</b></a
    >`;
  });
  return html`<nav id="filters" aria-label="state">${links}</nav>`;
}

function renderSearch({ search, filter }: PageRequest): Html {
  const kept = filter === 'all' ? '' : html`<input type="hidden" name="state" value="${filter}" />`;
  return html`<form role="search" action="./">
    ${kept}<input
      type="search"
      name="q"
      value="${search}"
      placeholder="connector or index"
      aria-label="connector or index"
    />
    <button>search</button>
  </form>`;
}

function renderSession({ hasControl, mayControl }: StatusPage): Html {
  if (!hasControl) return html``;
  if (mayControl) return html`<form method="post" action="./sign-out"><button>sign out</button></form>`;
  return html`<details class="session">
    <summary>sign in</summary>
    <form method="post" action="./sign-in">
      <label>token <input type="password" name="token" required autocomplete="current-password" /></label>
      <button>sign in</button>
    </form>
  </details>`;
}

function renderNothing(connectors: readonly ConnectorStatus[]): Html {
  return connectors.length === 0
    ? html`<p class="empty">There is no connector yet: the configuration names none, and none has run.</p>`
    : html`<p class="empty">No connector is like that. <a href="./">Show all</a></p>`;
}

function renderPages(request: PageRequest, { page, pages, found }: SelectedConnectors): Html {
  if (pages === 1) return html``;
  const link = (to: number, words: string) =>
    to < 1 || to > pages ? html`` : html`<a href="${pageAddress({ ...request, page: to })}">${words}</a>`;
  return html`<nav class="pages" aria-label="pages">
    ${link(page - 1, '← previous')} <span>page ${page} of ${pages}, ${groupDigits(found)} connectors</span>
    ${link(page + 1, 'next →')}
  </nav>`;
}
