import { testStruckSyncs } from '../../soak/test-struck-syncs';

// Two more are part of `npm test`.
testStruckSyncs([
  [['elasticsearch killed'], 'rebuild', 'copyPartitions'],
  [['postgres killed'], 'incremental', 'copyPartitions'],
  [['temporal killed'], 'full', 'surveyRelations'],
  [['elasticsearch cut', 'postgres delayed'], 'full', 'compareIds'],
  [['answers 429', 'answers lost'], 'new', 'copyPartitions'],
  [['disk full', 'worker stopped'], 'incremental', 'prepareIndex'],
]);
