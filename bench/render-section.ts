import type { TargetResult } from './targets';

/** A part of the page that a run of its own can measure again. */
export interface Section {
  readonly heading: string;
  /** What was measured, and how. */
  readonly about: string;
  readonly targets: readonly TargetResult[];
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** @param provenance - where and when it was measured */
export function renderSection({ heading, about, targets, head, rows }: Section, provenance: string): string {
  return `## ${heading}

${about} ${provenance}

${markdownTable(
  ['', 'target', 'this run', ''],
  targets.map(({ what, limit, value, isMet }) => [what, limit, value.toFixed(3), isMet ? 'met' : 'missed']),
)}

${markdownTable(head, rows)}
`;
}

/** Puts a section in place of the one of its heading, or at the end. */
export function replaceSection(page: string, { heading }: Pick<Section, 'heading'>, text: string): string {
  const [before = '', ...sections] = page.split(/^(?=## )/mu);
  const others = sections.map((section) => (section.startsWith(`## ${heading}\n`) ? text : section.trimEnd() + '\n'));
  const all = others.includes(text) ? others : [...others, text];
  return [before.trimEnd() + '\n', ...all].join('\n');
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
