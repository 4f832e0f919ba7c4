/** Task queue of the activities that copy and compare: their slots bound the connections to PostgreSQL. */
export function dataTaskQueue(taskQueue: string): string {
  return `${taskQueue}-data`;
}
