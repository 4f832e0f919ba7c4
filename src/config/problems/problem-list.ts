import type { ConfigurationProblem } from './configuration-error';
import { type ConfigurationPath, formatPath } from './configuration-path';

/** Gathers what is wrong with a file while it is worked on; the first thing said of a place is the only one kept. */
export interface ProblemList {
  readonly add: (path: ConfigurationPath, message: string) => void;
  /** In the order of the file. */
  readonly list: () => ConfigurationProblem[];
}

export function createProblemList(lineOf: (path: ConfigurationPath) => number | undefined): ProblemList {
  const problems = new Map<string, ConfigurationProblem>();
  return {
    add: (place, message) => {
      const path = formatPath(place);
      const line = lineOf(place);
      if (!problems.has(path)) problems.set(path, { path, message, ...(line === undefined ? {} : { line }) });
    },
    list: () => [...problems.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
  };
}
