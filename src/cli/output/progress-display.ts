import { Presets, SingleBar } from 'cli-progress';

import type { SyncProgress } from '../../sync/progress';
import { type Terminal, yellow } from './terminal';

/** Shows a sync's progress: a bar on a terminal, a line a step elsewhere, nothing with `--json`. */
export interface ProgressDisplay {
  readonly show: (progress: SyncProgress) => void;
  readonly end: () => void;
}

export function createProgressDisplay(terminal: Terminal): ProgressDisplay {
  if (terminal.json) return { show: () => undefined, end: () => undefined };
  const display = process.stderr.isTTY ? createBar() : createLines(terminal);
  let hasNotes = false;
  return {
    ...display,
    show: (progress) => {
      const { notes = [] } = progress;
      if (!hasNotes) for (const note of notes) terminal.say(`${yellow('note')} ${note}`);
      hasNotes ||= notes.length > 0;
      display.show(progress);
    },
  };
}

function createLines(terminal: Terminal): ProgressDisplay {
  let phase = '';
  return {
    show: (progress) => {
      if (progress.phase === phase) return;
      phase = progress.phase;
      terminal.say(`  ${phase}${progress.paused ? ' (paused)' : ''}`);
    },
    end: () => undefined,
  };
}

function createBar(): ProgressDisplay {
  const format = '  {bar} {value} of about {total} rows  {phase}';
  const bar = new SingleBar(
    { format, stream: process.stderr, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  let isShown = false;
  return {
    show: ({ phase, paused, estimatedRows, relations }) => {
      const read = relations.reduce((sum, relation) => sum + relation.read, 0);
      const total = Math.max(estimatedRows, read, 1);
      const payload = { phase: paused ? `${phase} (paused)` : phase };
      if (!isShown) bar.start(total, read, payload);
      isShown = true;
      bar.setTotal(total);
      bar.update(read, payload);
    },
    end: () => {
      if (isShown) bar.stop();
    },
  };
}
