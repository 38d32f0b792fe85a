// Publishes, follows, walks a timeline and asks for relationships with the types that openapi-typescript
// generates: by_openapi_typescript.js URL. Prints as JSON what the answers hold.
import createClient from 'openapi-fetch';
import type { components, paths } from './perch.js';

type Tweet = components['schemas']['Tweet'];

const baseUrl = process.argv[2];
const alice = createClient<paths>({ baseUrl, headers: { 'X-User-Id': 'alice' } });
const bob = createClient<paths>({ baseUrl, headers: { 'X-User-Id': 'bob' } });

function dataOf<T>({ data, error }: { data?: T; error?: unknown }): T {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

const idsAndTexts = (tweets: Tweet[]) => tweets.map(({ id, text }) => [id, text]);

const followed = await bob.PUT('/v1/users/me/following/{user_id}', { params: { path: { user_id: 'alice' } } });
if (followed.error) throw new Error(JSON.stringify(followed.error));

const published: Tweet[] = [];
for (let number = 0; number < 5; number++) {
  published.push(dataOf(await alice.POST('/v1/tweets', { body: { text: `number ${number}` } })));
}

const pages: string[][][] = [];
let cursor: string | null | undefined;
do {
  const query = cursor ? { limit: 2, cursor } : { limit: 2 };
  const page = dataOf(await bob.GET('/v1/users/me/timeline', { params: { query } }));
  pages.push(idsAndTexts(page.data));
  cursor = page.meta.next_cursor;
} while (cursor);

const query = { ids: ['alice', 'carol'] };
const relationships = dataOf(await bob.GET('/v1/users/me/relationships', { params: { query } })).data;

console.log(JSON.stringify({ published: idsAndTexts(published), pages, relationships }));
