import rooms from '../../rooms.json';

/** The table between the marks of docs/architecture.md: a line a room, with what it holds and may import. */
export function writeMapOfTheTree(): string {
  const lines = rooms.map(({ room, holds, imports, types }) => {
    const allowed = [gather(imports), types.length === 0 ? '' : `${gather(types)} as types`];
    return `| \`src/${room}\` | ${holds} | ${allowed.filter((part) => part !== '').join('; ') || 'nothing'} |`;
  });
  return ['| room | holds | may import |', '|---|---|---|', ...lines].join('\n');
}

/** `postgres/rows` and `postgres/rules` as `postgres/{rows,rules}`. */
function gather(names: readonly string[]): string {
  const houses = new Map<string, string[]>();
  for (const name of names) {
    const [house = name, ...rest] = name.split('/');
    houses.set(house, [...(houses.get(house) ?? []), rest.join('/')]);
  }
  return [...houses].map(([house, inner]) => `\`${house}${listRooms(inner)}\``).join(', ');
}

function listRooms(inner: readonly string[]): string {
  const [first = ''] = inner;
  if (inner.length === 1) return first === '' ? '' : `/${first}`;
  return `/{${inner.map((name) => (name === '' ? '.' : name)).join(',')}}`;
}
