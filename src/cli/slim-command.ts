import { Command } from 'commander';

/** `pgferry slim`: makes an installation smaller by what this machine can't use. */
export function slimCommand(): Command {
  return new Command('slim')
    .description("remove Temporal's native code for other platforms from this installation (120 MB)")
    .action(async () => {
      const { slimInstallation } = await import('./actions/slim-installation.js');
      slimInstallation();
    });
}
