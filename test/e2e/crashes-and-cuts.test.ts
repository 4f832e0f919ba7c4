import { testStruckSyncs } from '../soak/test-struck-syncs';

// More faults are a lane of `npm run test:matrix`, and `npm run soak` draws them for hours, with more rows.
testStruckSyncs([
  [['worker killed'], 'new', 'copyPartitions'],
  [['postgres cut', 'elasticsearch delayed'], 'rebuild', 'copyPartitions'],
]);
