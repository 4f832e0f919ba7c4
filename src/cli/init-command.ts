import { Command } from 'commander';

/** `pgferry init`: writes a commented `pgferry.yml`, never over one that is there. */
export function initCommand(): Command {
  return new Command('init')
    .description('write a commented pgferry.yml')
    .argument('[file]', 'where to', 'pgferry.yml')
    .action(async (file: string) => {
      const { writeExample } = await import('./actions/write-example.js');
      await writeExample(file);
    });
}
