import type { ProblemList } from '../problems/problem-list';
import { type ConfigurationNode, isNode } from './configuration-node';

const ALL = '*';

/**
 * Brings the ways in which Elastic's `config.yml` names connectors into one: a connector at the top of the file is an entry of
 * `connectors`; `connectors: "*"` and `native_service_types` are `service.worker_mode` with `service.service_types`.
 */
export function readElasticForms(tree: unknown, problems: ProblemList): void {
  if (!isNode(tree)) return;
  if (tree['connectors'] === ALL) {
    delete tree['connectors'];
    serveAll(tree);
  }
  const types = tree['native_service_types'];
  delete tree['native_service_types'];
  // Elastic's file may have the key with nothing in it.
  if (types !== undefined && types !== null) {
    serveAll(tree);
    if (isNode(tree['service'])) tree['service']['service_types'] ??= types;
  }
  readSingleConnector(tree, problems);
}

function serveAll(tree: ConfigurationNode): void {
  const service = (tree['service'] ??= {});
  if (isNode(service)) service['worker_mode'] ??= true;
}

function readSingleConnector(tree: ConfigurationNode, problems: ProblemList): void {
  const { connector_id: id, service_type: type } = tree;
  delete tree['connector_id'];
  delete tree['service_type'];
  if (id === undefined || id === null) {
    if (type !== undefined && type !== null) problems.add(['service_type'], "belongs under an entry of 'connectors'");
    return;
  }
  const connectors = (tree['connectors'] ??= []);
  if (Array.isArray(connectors)) connectors.push({ connector_id: id, ...(type == null ? {} : { service_type: type }) });
}
