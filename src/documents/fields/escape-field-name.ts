/** Names that Elasticsearch keeps for its metadata, here or in some version since 7 [measured on 9.5.3: MetadataFieldMapper]. */
const METADATA: ReadonlySet<string> = new Set(
  (
    '_id _source _index _type _routing _field_names _ignored _ignored_source _seq_no _primary_term _version ' +
    '_nested_path _doc_count _tier _data_stream_timestamp _feature _size _tsid _ts_routing_hash _inference_fields ' +
    '_recovery_source _index_mode _parent _all _uid _ttl'
  ).split(' '),
);

/** The name under which Elasticsearch takes a column, and why it is another one if it is. */
export function escapeFieldName(name: string): { readonly name: string; readonly reason?: string } {
  if (name.trim() === '') return { name: '_'.repeat(name.length), reason: 'Elasticsearch refuses blank field names' };
  if (METADATA.has(name)) return { name: `${name}_`, reason: `Elasticsearch keeps the field ${name} for itself` };
  if (name.includes('.')) return { name: name.replaceAll('.', '_'), reason: 'a dot would make an object' };
  return { name };
}
