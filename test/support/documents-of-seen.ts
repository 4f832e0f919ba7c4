import type { DocumentSettings } from '../../src/config/settings/settings';

/** Documents as they are by default, and the key of the view `public.seen`. */
export const DOCUMENTS_OF_SEEN: DocumentSettings = {
  fieldNames: 'prefixed',
  json: 'flattened',
  excludeColumns: [],
  mapping: {},
  idColumns: { 'public.seen': ['id'] },
  rowSecurity: 'refused',
};
