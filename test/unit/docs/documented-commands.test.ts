import { createProgram } from '../../../src/cli/main';
import { listCommands, listPages, readCommands, readForms, readPage } from '../../support/documented-commands';
import { type StoryTeller, tellStory } from '../../support/story-of-commands';

const program = createProgram();
const pages = listPages();

test.each(pages)('%s names commands and options that there are', (page) => {
  for (const command of readCommands(readPage(page))) expect(() => readForms(program, command)).not.toThrow();
});

describe('the lane installed-package runs', () => {
  const told = new Set<string>();

  beforeAll(async () => {
    for (const command of await writeDown()) for (const form of readForms(program, command)) told.add(form);
  });

  test('every command', () => {
    expect(listCommands(program).filter((command) => !told.has(command))).toEqual([]);
  });

  test('every command and option that the documentation tells to run', () => {
    const groups = program.commands.filter(({ commands }) => commands.length > 0).map((command) => command.name());
    const wanted = pages.flatMap((page) =>
      readCommands(readPage(page)).flatMap((command) => readForms(program, command).map((form) => `${form} (${page})`)),
    );
    const missing = wanted.filter((form) => {
      const [name = ''] = form.split(' (');
      return !told.has(name) && !groups.includes(name) && !name.endsWith('--config');
    });
    expect([...new Set(missing)]).toEqual([]);
  });
});

/** The commands of the story, none of which runs. */
async function writeDown(): Promise<string[]> {
  const commands: string[] = [];
  const note = (command: string) => {
    commands.push(command);
    return Promise.resolve();
  };
  const teller: StoryTeller = {
    run: note,
    runUntil: note,
    mendAsTold: note,
    whileLocked: (happens) => happens(),
    killInSync: () => Promise.resolve(),
    dropTable: () => Promise.resolve(),
    noteRun: () => Promise.resolve(),
    addOnDemand: () => Promise.resolve(),
  };
  await tellStory(teller);
  return commands;
}
