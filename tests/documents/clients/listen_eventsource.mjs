// Listens to a stream with the package eventsource: listen_eventsource.mjs URL HEADERS
// Prints ["open", ""] for each connection, and the name and data of each event.
import { EventSource } from 'eventsource';

const [url, headers] = process.argv.slice(2);
const say = (event, data) => console.log(JSON.stringify([event, data]));

const source = new EventSource(url, {
  fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...JSON.parse(headers) } }),
});
source.addEventListener('open', () => say('open', ''));
for (const event of ['tweet', 'delete']) source.addEventListener(event, ({ data }) => say(event, data));
