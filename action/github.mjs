// The few calls of GitHub's REST API that the steps need. The token goes into the header and nowhere else.

/** What GitHub said no to: the status, and what was asked for. */
export class Refused extends Error {
  constructor(status, what) {
    super(`GitHub answered ${status} to ${what}.`);
    this.status = status;
  }
}

const attempts = 4;

/** A call. Busy and broken answers are tried again, as long as repeating is harmless (`POST` only when it was not taken). */
export async function call(method, resource, body) {
  const url = `${process.env.GITHUB_API_URL}/repos/${process.env.GITHUB_REPOSITORY}/${resource}`;
  for (let attempt = 1; ; attempt++) {
    const reply = await fetch(url, {
      method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${process.env.GITHUB_TOKEN}`,
        'x-github-api-version': '2022-11-28',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    if (reply.ok) return await reply.json();
    await reply.body?.cancel();
    const again = reply.status === 429 || reply.status === 503 || (reply.status >= 500 && method !== 'POST');
    if (!again || attempt === attempts) throw new Refused(reply.status, `${method} ${resource.split('?')[0]}`);
    const asked = Number(reply.headers.get('retry-after'));
    const wait = Number.isFinite(asked) && asked > 0 ? Math.min(asked, 60) * 1000 : 500 * 2 ** attempt;
    await new Promise((done) => setTimeout(done, wait));
  }
}

/** Every item of a list, page by page. */
export async function* every(resource) {
  for (let page = 1; ; page++) {
    const items = await call('GET', `${resource}?per_page=100&page=${page}`);
    yield* items;
    if (items.length < 100) return;
  }
}
