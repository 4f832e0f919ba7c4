// Brings every connector of a file into step, and says whether each row is in its index.
import { countDifferences, openPgferry } from 'pgferry';

const pgferry = await openPgferry({ file: process.argv[2] ?? 'pgferry.yml' });
// Where a worker runs elsewhere, this is not needed.
const worker = await pgferry.startWorker('warn');
try {
  for (const connectorId of pgferry.connectorIds) {
    await pgferry.start(connectorId, { jobType: 'full' });
    const ending = await pgferry.follow(connectorId, {
      onProgress: ({ phase }) => {
        console.error(`${connectorId}: ${phase}`);
      },
    });
    if (ending.status !== 'completed') {
      console.log(`${connectorId}: ${ending.status}`);
      process.exitCode = 1;
      continue;
    }
    const differences = countDifferences(await pgferry.verify(connectorId));
    console.log(`${connectorId}: ${ending.indexed} indexed, ${differences} differences`);
  }
} finally {
  await worker.stop();
  await pgferry.close();
}
