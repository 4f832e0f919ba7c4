/**
 * One test of several steps, each on what the ones before it have left; a failure says at which step.
 *
 * @param steps - by what each of them shows, in their order
 */
export function story(name: string, steps: Readonly<Record<string, () => Promise<void>>>): void {
  test(name, async () => {
    for (const [step, run] of Object.entries(steps)) {
      try {
        await run();
      } catch (error) {
        if (error instanceof Error) error.stack = `${step}\n\n${error.stack ?? error.message}`;
        throw error;
      }
    }
  });
}
