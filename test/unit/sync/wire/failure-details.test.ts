import { readFailureDetails, toFailureDetails } from '../../../../src/sync/wire/failure-details';

/** As Temporal keeps them: JSON. */
function kept(details: unknown): readonly unknown[] {
  return JSON.parse(JSON.stringify(details)) as readonly unknown[];
}

test('Failures that 0.1.0 has left in a history are read', () => {
  expect(readFailureDetails(kept([{ remedy: 'Start it.' }]))).toStrictEqual({ remedy: 'Start it.' });
  expect(readFailureDetails(kept([{ message: 'It is down', remedy: 'Start it.' }]))).toStrictEqual({
    message: 'It is down',
    remedy: 'Start it.',
  });
  expect(readFailureDetails(kept([{ remedy: 'Start it.', searchAttributes: true }]))).toStrictEqual({
    remedy: 'Start it.',
    searchAttributes: true,
  });
});

test('Failures are written so that a client of 0.1.0 reads them', () => {
  expect(JSON.stringify(toFailureDetails({ remedy: 'Start it.' }))).toBe('[{"remedy":"Start it."}]');
  expect(JSON.stringify(toFailureDetails({ message: 'It is down', remedy: 'Start it.' }))).toBe(
    '[{"message":"It is down","remedy":"Start it."}]',
  );
});

test.each([[undefined], [null], [[]], [[null]], [['text']], [[{ remedy: 7, searchAttributes: 'yes' }]]])(
  'The details %j of somebody else tell nothing',
  (details) => {
    expect(readFailureDetails(details)).toStrictEqual({});
  },
);
