import { findAll, MissingPrerequisites } from '../../../../src/stack/programs/missing-prerequisites';

const missing = (what: string) => Promise.reject(new MissingPrerequisites([what]));

test('everything missing is named at once, each thing once', async () => {
  await expect(findAll([missing('Maven'), Promise.resolve(1), missing('a JDK'), missing('Maven')])).rejects.toThrow(
    new MissingPrerequisites(['Maven', 'a JDK']),
  );
});

test('another failure comes before what is missing', async () => {
  await expect(findAll([missing('Maven'), Promise.reject(new Error('disk full'))])).rejects.toThrow('disk full');
});

test('what was found is returned in order', async () => {
  expect(await findAll([Promise.resolve('a'), Promise.resolve(2)])).toEqual(['a', 2]);
});
