import type { OpenConnector } from '../../activities/connector/connector-registry';
import { dim, type Terminal } from '../output/terminal';

interface DemoSearch {
  readonly question: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly shown: readonly string[];
}

const CITY: DemoSearch = {
  question: 'the city 東京, by its name in its own script',
  query: { match_phrase: { public_city_names: '東京' } },
  shown: ['public_city_name', 'public_city_country_code', 'public_city_population'],
};

const EMPLOYEE: DemoSearch = {
  question: 'the employee John',
  query: { match: { public_employee_name: 'john' } },
  shown: ['public_employee_name', 'public_employee_age'],
};

const EMPLOYEES: DemoSearch = {
  question: 'all employees',
  query: { term: { table: 'employee' } },
  shown: ['public_employee_emp_id', 'public_employee_name', 'public_employee_age'],
};

/** Searches the index and prints the hits. */
export async function searchDemo(
  { elasticsearch, settings }: OpenConnector,
  terminal: Terminal,
  moment: 'first' | 'changed',
): Promise<void> {
  for (const { question, query, shown } of moment === 'first' ? [CITY, EMPLOYEE] : [EMPLOYEES]) {
    await elasticsearch.indices.refresh({ index: settings.indexName });
    const answer = await elasticsearch.search<Record<string, unknown>>({ index: settings.indexName, query, size: 5 });
    terminal.say(`  ${question}  ${dim(JSON.stringify(query))}`);
    for (const { _source: document } of answer.hits.hits) {
      terminal.say(`    → ${shown.map((field) => String(document?.[field])).join(', ')}`);
    }
  }
}
