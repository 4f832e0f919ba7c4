import { createKnownFiles } from '../../../../src/activities/follow/known-files';

const BEFORE = [
  { oid: 1, fileNode: 10 },
  { oid: 2, fileNode: 20 },
];
const AFTER = [
  { oid: 1, fileNode: 10 },
  { oid: 2, fileNode: 21 },
];

test('a file that is another one is news once', () => {
  const files = createKnownFiles([{ relation: { leaves: BEFORE } }]);
  expect(files.haveChanged(BEFORE)).toBe(false);
  expect(files.haveChanged(AFTER)).toBe(true);
  expect(files.haveChanged(AFTER)).toBe(false);
});

test('what a look noted is news to a batch whose snapshot is older', () => {
  let time = 100;
  const files = createKnownFiles([{ relation: { leaves: BEFORE } }], () => time);
  files.haveChanged(AFTER);
  time = 200;
  expect(files.haveChanged(AFTER, 90)).toBe(true);
  expect(files.haveChanged(AFTER, 110)).toBe(false);
});

test('leaves that came or went since are no news of their files: the stream hears of them otherwise', () => {
  const files = createKnownFiles([{ relation: { leaves: BEFORE } }]);
  expect(files.haveChanged([{ oid: 1, fileNode: 10 }])).toBe(false);
  expect(files.haveChanged([{ oid: 3, fileNode: 30 }])).toBe(false);
  expect(files.haveChanged([{ oid: 3, fileNode: 31 }])).toBe(false);
});
