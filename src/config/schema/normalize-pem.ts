const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;
const BASE64 = /^[A-Za-z0-9+/=\s]+$/;

/**
 * PEM text with its line breaks where they belong. Takes PEM as it is, the single line that Kibana stores (spaces, or
 * `\n` written out, for line breaks), and a bare base64 body without BEGIN and END lines.
 *
 * @param label - What a bare body is taken for: `CERTIFICATE`.
 * @returns undefined where there is no PEM in the text.
 */
export function normalizePem(value: string, label: string): string | undefined {
  const unescaped = value.replaceAll('\\r', '').replaceAll('\\n', '\n').trim();
  const blocks = [...unescaped.matchAll(BLOCK)].map(([whole, name = label, body = '']) =>
    // Old encrypted keys have headers, whose line breaks can't be made up again.
    body.includes(':') ? whole : formatBlock(name, body),
  );
  if (blocks.length > 0) return blocks.join('');
  return unescaped !== '' && BASE64.test(unescaped) ? formatBlock(label, unescaped) : undefined;
}

/** The blocks of a PEM text, one by one. */
export function splitPem(pem: string): string[] {
  return [...pem.matchAll(BLOCK)].map(([block]) => block);
}

function formatBlock(label: string, body: string): string {
  const lines = body.replaceAll(/\s/g, '').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
