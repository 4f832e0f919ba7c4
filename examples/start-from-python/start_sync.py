"""Starts a sync of a connector, follows it to its end and prints its report: python start_sync.py orders"""

import argparse
import asyncio
import json
import os
import sys

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError


async def main() -> int:
    arguments = parse_arguments()
    # TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY and the like, or a profile of temporal.toml.
    client = await Client.connect(**ClientConfig.load_client_connect_config())
    handle = await start_sync(client, arguments)
    try:
        report = await follow(handle)
    except WorkflowFailureError as error:
        # The cause's message names the reason and, behind an arrow, the remedy.
        print(f"the sync failed: {error.cause}", file=sys.stderr)
        return 1
    print(json.dumps(report, indent=2))
    return 0


async def start_sync(client: Client, arguments: argparse.Namespace) -> WorkflowHandle:
    # The id is not free to choose: it is what lets a connector have one sync at a time.
    workflow_id = f"sync-{arguments.connector}"
    try:
        return await client.start_workflow(
            "syncConnector",
            {"connectorId": arguments.connector, "jobType": arguments.job_type},
            id=workflow_id,
            task_queue=arguments.task_queue,
            static_summary=f"{arguments.job_type} sync of {arguments.connector}",
        )
    except WorkflowAlreadyStartedError:
        print(f"a sync of {arguments.connector} runs already: following that one", file=sys.stderr)
        return client.get_workflow_handle(workflow_id)


async def follow(handle: WorkflowHandle) -> dict:
    """Waits for the report, and meanwhile prints a line for each step, with the rows that were read so far."""
    result = asyncio.create_task(handle.result())
    shown = None
    while not result.done():
        line = await describe_progress(handle)
        if line not in (None, shown):
            print(line, file=sys.stderr)
            shown = line
        await asyncio.wait([result], timeout=0.5)
    return await result


async def describe_progress(handle: WorkflowHandle) -> str | None:
    try:
        progress = await handle.query("progress")
    except RPCError:
        return None  # No worker answers, yet or for the moment. The sync waits for one, and so do we.
    return f"{progress['phase']}: {sum(relation['read'] for relation in progress['relations'])} rows"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("connector", help="its connector_id in pgferry.yml")
    parser.add_argument("--job-type", choices=["full", "incremental"], default="full")
    parser.add_argument("--task-queue", default="pgferry", help="temporal.task_queue of pgferry.yml")
    return parser.parse_args()


if __name__ == "__main__":
    code = asyncio.run(main())
    # While Python shuts down, threads of the SDK may crash it, whatever the code was (temporalio/sdk-python#300). All is
    # done by now, so this leaves the shutdown out.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
