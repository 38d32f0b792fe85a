// Suggests whom to follow: users whom the user's followees follow, or users who publish now.

const ASKED_MAX = 8;
const FOLLOWEES_READ = 50;
const CANDIDATES_MAX = 40;
const NEWEST_READ = 100;

/** Returns `[{ id, by }]`, best first: the followees who follow this user. At most ten requests. */
export async function suggest({ api, relations, id: me }, followees) {
  const asked = followees.slice(0, ASKED_MAX);
  const pages = await Promise.all(
    asked.map((id) => api.get(`v1/users/${id}/following?limit=${FOLLOWEES_READ}`).then(({ data }) => data)),
  );
  const by = new Map();
  for (const [at, page] of pages.entries()) {
    for (const { id } of page) by.set(id, [...(by.get(id) ?? []), asked[at]]);
  }
  const isNew = ([id]) => id !== me && !followees.includes(id);
  let candidates = [...by].filter(isNew);
  if (!candidates.length) candidates = [...(await whoPublishes(api))].filter(isNew);
  candidates.sort(([, one], [, other]) => other.length - one.length);
  const best = candidates.slice(0, CANDIDATES_MAX).map(([id, by]) => ({ id, by }));
  await relations.know(best.map(({ id }) => id));
  return best.filter(({ id }) => !relations.get(id)?.following);
}

/** Says why a user is suggested. */
export function because({ by }) {
  if (!by.length) return "";
  const others = by.length - 1;
  return `Followed by ${by[0]}${others ? ` and ${others} other${others > 1 ? "s" : ""}` : ""}`;
}

/** The authors of the newest tweets, with nobody who follows them. */
async function whoPublishes(api) {
  const { data } = await api.get(`v1/tweets?limit=${NEWEST_READ}`);
  return new Map(data.map(({ author_id: author }) => [author, []]));
}
