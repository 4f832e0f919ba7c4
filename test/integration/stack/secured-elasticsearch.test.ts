import { startElasticsearch } from '../../../src/stack/servers/start-elasticsearch';

test('Elasticsearch with security on lets in only who knows the password', async () => {
  const server = await startElasticsearch({
    security: { password: 'changed-it' },
    settings: { 'node.name': 'guarded' },
  });
  try {
    const authorization = `Basic ${Buffer.from('elastic:changed-it').toString('base64')}`;
    expect((await fetch(server.url)).status).toBe(401);
    const answer = await fetch(server.url, { headers: { authorization } });
    expect(await answer.json()).toMatchObject({ name: 'guarded' });
  } finally {
    await server.stop();
  }
});
