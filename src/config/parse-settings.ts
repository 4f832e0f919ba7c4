import { collectSecrets } from './collect-secrets';
import { findDangers } from './find-dangers';
import { namesTemporal } from './names-temporal';
import { noteIgnoredKeys, noteSurprises, noteUnusedKeys } from './note-surprises';
import { ConfigurationError, type ConfigurationProblem } from './problems/configuration-error';
import { createProblemList, type ProblemList } from './problems/problem-list';
import { configurationFile } from './schema/configuration-file';
import { describeIssues } from './schema/describe-issues';
import type { Settings } from './settings/settings';
import { toSettings } from './settings/to-settings';
import { expandDottedKeys } from './tree/expand-dotted-keys';
import { parseYaml } from './tree/parse-yaml';
import { readAdvancedRules } from './tree/read-advanced-rules';
import { readElasticForms } from './tree/read-elastic-forms';
import { readReferencedFiles } from './tree/read-referenced-files';
import { readTemporalProfile } from './tree/read-temporal-profile';
import { substituteVariables } from './tree/substitute-variables';

/** Surroundings of a configuration's text: the environment, a reader of other files, its name. */
export interface ParseOptions {
  /** Variables for `${NAME}`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Directory that relative paths (`*_file`, rules) start from. */
  readonly directory: string;
  /** Reads a text file; throws where it can't. */
  readonly readFile: (path: string) => string;
  /**
   * The file's name in messages.
   * @default 'the configuration'
   */
  readonly file?: string;
}

/** Settings together with what the user should know of them. */
export interface ParsedSettings {
  readonly settings: Settings;
  /** Keys that are accepted and have no effect, and the like; not errors. */
  readonly notes: readonly ConfigurationProblem[];
  /** Settings that let others read or change network traffic; not errors, but to be said loudly. */
  readonly warnings: readonly ConfigurationProblem[];
  /** Every secret of the settings: none may be written anywhere. */
  readonly secrets: readonly string[];
  /** Whether anybody says where Temporal is; else its address is the usual one. */
  readonly namesTemporal: boolean;
}

/**
 * Parses the text of a `pgferry.yml`.
 *
 * @throws ConfigurationError with every problem at once; never with a secret in its message.
 */
export function parseSettings(text: string, options: ParseOptions): ParsedSettings {
  try {
    return parseText(text, options);
  } catch (error) {
    // Deep nesting exhausts the stack of any recursive reader.
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigurationError([{ path: '', message: 'is nested too deeply' }], options.file);
  }
}

function parseText(text: string, options: ParseOptions): ParsedSettings {
  const { value, lineOf } = parseYaml(text, options.file);
  const problems = createProblemList(lineOf);
  const written = expandKeys(value, problems);
  const tree = resolveTree(written, options, problems);
  const parsed = configurationFile.safeParse(tree);
  if (!parsed.success) describeIssues(parsed.error.issues, [], tree, problems);
  const found = problems.list();
  if (!parsed.success || found.length > 0) throw new ConfigurationError(found, options.file);
  const notes = createProblemList(lineOf);
  noteIgnoredKeys(tree, [], notes);
  noteSurprises(parsed.data, notes);
  noteUnusedKeys(tree, notes);
  const warnings = createProblemList(lineOf);
  findDangers(parsed.data, warnings);
  const settings = toSettings(parsed.data, options.environment);
  return {
    ...{ settings, notes: notes.list(), warnings: warnings.list(), secrets: collectSecrets(parsed.data) },
    namesTemporal: namesTemporal(written, tree, options.environment),
  };
}

/** The file's values with dotted keys in their places. */
function expandKeys(value: unknown, problems: ProblemList): unknown {
  const expanded = expandDottedKeys(value ?? {}, [], problems);
  readElasticForms(expanded, problems);
  readAdvancedRules(expanded, problems);
  return expanded;
}

/** The same with variables and files in their places. */
function resolveTree(expanded: unknown, options: ParseOptions, problems: ProblemList): unknown {
  const tree = substituteVariables(expanded, options.environment, [], problems);
  readReferencedFiles(tree, [], options, problems);
  readTemporalProfile(tree, options, problems);
  readAdvancedRules(tree, problems, options);
  return tree;
}
