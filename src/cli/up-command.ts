import { Command, InvalidArgumentError, Option } from 'commander';

import type { UpOptions } from './actions/run-up';

/** Ports that other commands, and people, look for Temporal at. */
const TEMPORAL_PORT = 7_233;
const UI_PORT = 8_233;
const PAGE_PORT = 9_464;
const HIGHEST_PORT = 65_535;

/** `pgferry up`: all that a machine with PostgreSQL and Elasticsearch lacks, in one process. */
export function upCommand(): Command {
  return new Command('up')
    .description("run everything on this machine: Temporal's server with its UI, the worker, the schedules of the file")
    .option('-c, --config <file>', 'configuration file (default: PGFERRY_CONFIG, else pgferry.yml)')
    .option('--data <folder>', "folder of Temporal's state (default: below the user's data)")
    .option('--temporal-cli <file>', 'the Temporal CLI (default: on the PATH, else its release is downloaded)')
    .addOption(portOption('--port <port>', TEMPORAL_PORT, "port of Temporal's server"))
    .addOption(portOption('--ui-port <port>', UI_PORT, "port of Temporal's UI"))
    .addOption(
      portOption('--page-port <port>', PAGE_PORT, 'port of the status page, where monitoring.address names none'),
    )
    .option('--ip <address>', 'interface that Temporal listens at; it asks nobody for a password', '127.0.0.1')
    .option('--detach', 'leave it running in the background')
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error', 'silent']).default('info'))
    .addOption(
      new Option(
        '--log-format <format>',
        'ecs: a JSON object a line; text: for people (default in a terminal)',
      ).choices(['ecs', 'text']),
    )
    .action(async (options: UpOptions) => {
      const { runUp } = await import('./actions/run-up.js');
      await runUp(options);
    });
}

/** `pgferry down`: stops the `up` of a folder. */
export function downCommand(): Command {
  return new Command('down')
    .description('stop what `pgferry up` runs')
    .option('--data <folder>', 'its folder (default: as of up)')
    .action(async (options: { readonly data?: string }) => {
      const { stopRunningUp } = await import('./actions/stop-up.js');
      await stopRunningUp(options);
    });
}

function portOption(flags: string, fallback: number, description: string): Option {
  return new Option(flags, description).default(fallback).argParser((text) => {
    const port = Number(text);
    if (!Number.isInteger(port) || port < 1 || port > HIGHEST_PORT) {
      throw new InvalidArgumentError(`It is a port, from 1 to ${HIGHEST_PORT}.`);
    }
    return port;
  });
}
