import { SyncFailure } from '../../sync/failures';

/** One thing that is wrong with a configuration file. */
export interface ConfigurationProblem {
  /** Place in the file: `connectors[0].configuration.port`; empty for the file as a whole. */
  readonly path: string;
  /** The fault, and the text to write instead; never a value of the file. */
  readonly message: string;
  /** Line in the file, from 1, where it could be told. */
  readonly line?: number;
}

/** A configuration that can't be used: every problem of it at once. An `InvalidConfig` failure, so never retried. */
export class ConfigurationError extends SyncFailure {
  constructor(
    readonly problems: readonly ConfigurationProblem[],
    /**
     * The file as the user named it.
     * @default 'the configuration'
     */
    readonly file = 'the configuration',
  ) {
    super('InvalidConfig', describeProblems(problems, file));
  }
}

function describeProblems(problems: readonly ConfigurationProblem[], file: string): string {
  const [first] = problems;
  if (first !== undefined && problems.length === 1) return `${file}: ${formatProblem(first)}`;
  return [`${file} has ${problems.length} problems:`, ...problems.map((problem) => `  ${formatProblem(problem)}`)].join(
    '\n',
  );
}

/** One line: `line 12, connectors[0].index_name: is required`. */
export function formatProblem({ path, message, line }: ConfigurationProblem): string {
  const place = [line === undefined ? '' : `line ${line}`, path].filter((part) => part !== '').join(', ');
  return place === '' ? message : `${place}: ${message}`;
}
