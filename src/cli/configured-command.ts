import { Command } from 'commander';

/** A command that reads the configuration file. */
export function configuredCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option(
      '-c, --config <file>',
      'configuration file, - for standard input (default: PGFERRY_CONFIG, else pgferry.yml)',
    )
    .option('--json', 'print one JSON document on standard output, and nothing else there');
}
