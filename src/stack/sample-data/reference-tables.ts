import type { SampleTable } from './sample-table';

/** The tables of the examples in Elastic's reference for its PostgreSQL connector. */
export const REFERENCE_TABLES: readonly SampleTable[] = [
  {
    name: 'employee',
    definition: 'emp_id int primary key, name varchar(255), age int',
    rows: [
      [3, 'John', 28],
      [10, 'Jane', 35],
      [14, 'Alex', 22],
    ],
  },
  {
    name: 'customer',
    definition: 'c_id int primary key, name varchar(255), age int',
    rows: [
      [2, 'Elm', 24],
      [6, 'Pine', 30],
      [9, 'Oak', 34],
    ],
  },
];
