import { runHistories } from './run-histories';

/** As many as take some 15 seconds; `npm run histories` plays more. */
const COUNT = 2;

test('after each sync of random histories, the report and verify say what a plain look at both servers shows', async () => {
  const seed = Number(process.env['PGFERRY_HISTORIES_SEED'] ?? Math.floor(Math.random() * 1e9));
  const lines: string[] = [`histories: ${COUNT} from seed ${seed}`];
  process.stderr.write(`${lines[0] ?? ''}\n`);
  const { wrong } = await runHistories({
    count: COUNT,
    seed,
    without: [],
    shrinkSeconds: 60,
    say: (line) => lines.push(line),
  });
  if (wrong.length > 0) throw new Error(lines.join('\n'));
});
