import { FAILURES } from '../sync/failures';
import { html } from './html';
import { renderDocument } from './render-document';
import { renderTable } from './render-table';

/** What every type of failure means for whoever has to mend it: docs/failures.md, where the page can link to. */
export function renderFailures(): string {
  const rows = Object.entries(FAILURES).map(
    ([type, { retryable, remedy }]) =>
      html`<tr id="${type}">
        <th scope="row">${type}</th>
        <td>${retryable ? 'until it works' : 'no'}</td>
        <td>${remedy}</td>
      </tr>`,
  );
  return renderDocument(
    'Failures – pgferry',
    html`<header class="top">
        <h1>Failures</h1>
        <nav aria-label="pages"><a href="./">all connectors</a></nav>
      </header>
      <main>${renderTable('types of failures', ['type', 'tried again', 'what to do'], rows, 'failures')}</main>`,
  );
}
