import { renderCidr } from '../types/render-special';
import { bindValue } from '../types/rendering';

/** SQL of an address without its mask. */
export function hostOfAddress(value: string): string {
  return `host(${value})`;
}

/** SQL of a network of one address as that address; of any other as its text, which is no address. */
export function hostOfNetwork(value: string): string {
  return bindValue(
    value,
    (v) =>
      `case when masklen(${v}) = case family(${v}) when 4 then 32 else 128 end then host(${v}) else ${v}::text end`,
  );
}

/** SQL of the network that an address is in, by its mask. */
export function networkOfAddress(value: string): string {
  return bindValue(`network(${value})`, renderCidr);
}
