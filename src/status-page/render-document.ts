import { type Html, html } from './html';

/** A whole document around the content of a page; everything that it needs comes from the same server. */
export function renderDocument(title: string, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="./status.css" />
        <script type="module" src="./status.js"></script>
      </head>
      <body>
        ${content}
      </body>
    </html> `.markup.replace(/\n\s+/gu, '\n');
}
