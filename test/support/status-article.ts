import { eventually } from './eventually';

/** The part of a worker's status page that is about a connector; empty where there is none. */
export async function articleOf(url: string, connectorId: string): Promise<string> {
  const page = await (await fetch(`${url}/?q=${connectorId}`)).text();
  const [article = ''] = new RegExp(`<article id="connector-${connectorId}"[^]*?</article>`, 'u').exec(page) ?? [];
  return article;
}

/**
 * Waits until the page of a worker says all of that of a connector.
 * @returns what it says then
 */
export async function untilPageSays(
  url: string,
  connectorId: string,
  words: readonly (string | RegExp)[],
): Promise<string> {
  let article = '';
  const says = async () => {
    article = await articleOf(url, connectorId);
    return words.every((word) => (typeof word === 'string' ? article.includes(word) : word.test(article)));
  };
  await eventually(`the page says ${words.join(', ')}`, says, 60_000).catch((error: unknown) => {
    throw new Error(article, { cause: error });
  });
  return article;
}
