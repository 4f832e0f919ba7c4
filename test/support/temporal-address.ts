/** Address of the Temporal server that tests use. */
export function temporalAddress(): string {
  const address = process.env['TEMPORAL_ADDRESS'];
  if (address === undefined)
    throw new Error('TEMPORAL_ADDRESS is not set: run the tests by "npm test", which starts the servers');
  return address;
}
