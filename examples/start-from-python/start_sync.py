"""Starts a sync of a connector, follows it to its end and prints its report: python start_sync.py orders"""

import argparse
import asyncio
import json
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
    following = asyncio.create_task(print_progress(handle))
    try:
        report = await handle.result()
    except WorkflowFailureError as error:
        # The cause's message names the reason and, behind an arrow, the remedy.
        print(f"the sync failed: {error.cause}", file=sys.stderr)
        return 1
    finally:
        following.cancel()
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


async def print_progress(handle: WorkflowHandle) -> None:
    """A line for each step, with the rows that were read so far."""
    shown = None
    while True:
        try:
            progress = await handle.query("progress")
            line = f"{progress['phase']}: {sum(relation['read'] for relation in progress['relations'])} rows"
            if line != shown:
                print(line, file=sys.stderr)
            shown = line
        except RPCError:
            pass  # No worker answers, yet or for the moment. The sync waits for one, and so do we.
        await asyncio.sleep(0.5)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("connector", help="its connector_id in pgferry.yml")
    parser.add_argument("--job-type", choices=["full", "incremental"], default="full")
    parser.add_argument("--task-queue", default="pgferry", help="temporal.task_queue of pgferry.yml")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
