import { type Html, html } from './html';

/**
 * A table that scrolls sideways on a narrow screen, by the keyboard, too.
 * @param label - what it shows, for those who hear it
 * @param style - class of the table
 */
export function renderTable(label: string, heads: readonly string[], rows: readonly Html[], style = ''): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table class="${style}">
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
