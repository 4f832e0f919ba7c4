import type { Country } from 'world-countries';

import type { CopyValue } from './copy-text';
import type { SampleTable } from './sample-table';

const DEFINITION = `
  code char(2) primary key,
  code3 char(3),
  name text not null,
  official_name text,
  native_names jsonb,
  names text[] not null,
  capital text[] not null,
  region text,
  subregion text,
  languages jsonb,
  currencies jsonb,
  latitude numeric(8, 5),
  longitude numeric(8, 5),
  location point,
  area numeric,
  landlocked boolean,
  un_member boolean,
  borders text[] not null,
  flag text`;

/**
 * The countries. `names` holds every other name of a country, in its own languages and in translation, so that
 * `Япония` and `日本` find Japan.
 *
 * @param added - Codes that other tables reference and the data don't know: rows with nothing but the code.
 */
export function buildCountryTable(countries: readonly Country[], added: readonly string[]): SampleTable {
  return { name: 'country', definition: DEFINITION, rows: [...countries.map(toRow), ...added.map(toEmptyRow)] };
}

function toRow(country: Country): readonly CopyValue[] {
  const [latitude, longitude] = country.latlng;
  return [
    country.cca2,
    country.cca3,
    country.name.common,
    country.name.official,
    country.name.native,
    otherNames(country),
    country.capital,
    country.region,
    country.subregion === '' ? null : country.subregion,
    country.languages,
    country.currencies,
    latitude,
    longitude,
    `(${longitude},${latitude})`,
    // The data say -1 where they don't know.
    country.area < 0 ? null : country.area,
    country.landlocked,
    country.unMember,
    country.borders,
    country.flag,
  ];
}

function otherNames({ cca2, name, altSpellings, translations }: Country): string[] {
  const names = [...Object.values(name.native), ...Object.values(translations)].map(({ common }) => common);
  return [...new Set([...names, ...altSpellings])].filter((other) => other !== name.common && other !== cca2);
}

function toEmptyRow(code: string): readonly CopyValue[] {
  const unknown = null;
  return [
    ...[code, unknown, code, unknown, unknown, [], [], unknown, unknown, unknown, unknown, unknown, unknown, unknown],
    ...[unknown, unknown, unknown, [], unknown],
  ];
}
