import { Command, Option } from 'commander';

import type { InitOptions } from './actions/write-configuration';

/** `pgferry init`: writes a `pgferry.yml`, never over one that is there; asks for what belongs into it in a terminal. */
export function initCommand(): Command {
  return new Command('init')
    .description('write a pgferry.yml: asks in a terminal, takes options in scripts, else a commented example')
    .argument('[file]', 'where to', 'pgferry.yml')
    .option('--yes', 'ask nothing')
    .option('--postgres <url>', 'database to sync: postgresql://reader:secret@db:5432/shop (password: or PGPASSWORD)')
    .option('--elasticsearch <url>', 'where to', 'http://localhost:9200')
    .option('--schema <name>', 'schema to sync', 'public')
    .option('--tables <names>', 'tables, separated by commas (default: all)')
    .option('--nested', 'propose documents of several tables, by their foreign keys, as comments')
    .option('--continuous', 'follow changes between syncs')
    .addOption(
      new Option('--secrets <place>', 'where passwords go: files of mode 600, or variables')
        .choices(['file', 'environment'])
        .default('file'),
    )
    .action(async (file: string, options: InitOptions) => {
      const { writeConfiguration } = await import('./actions/write-configuration.js');
      await writeConfiguration(file, options);
    });
}
