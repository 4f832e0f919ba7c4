#!/usr/bin/env bash
# Starts a sync of a connector, waits for its end and prints it: start-sync.sh CONNECTOR [full|incremental]
# The `temporal` CLI reads TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY and the like.
set -euo pipefail

connector=${1:?usage: start-sync.sh CONNECTOR [full|incremental]}
job_type=${2:-full}

# The workflow id is not free to choose: it is what lets a connector have one sync at a time.
# In place of `execute`, `start` returns at once and leaves the sync to the workers.
exec temporal workflow execute \
  --type syncConnector \
  --task-queue "${PGFERRY_TASK_QUEUE:-pgferry}" \
  --workflow-id "sync-$connector" \
  --static-summary "$job_type sync of $connector" \
  --input "{\"connectorId\":\"$connector\",\"jobType\":\"$job_type\"}"
