// Calls the public HTTP API as one user, or as nobody.

const ANSWER_MS = 15_000;

/** The service refused a request. The message is the problem's detail, which is written for people. */
export class Problem extends Error {
  constructor(status, problem) {
    super(problem.detail ?? `Perch answered with status ${status}.`);
    this.status = status;
    this.code = problem.code ?? "";
  }
}

/** There was no complete answer, so nobody knows whether the service did what was asked. */
export class NoAnswer extends Error {
  constructor(cause) {
    super("Perch does not answer.", { cause });
  }
}

/** Whether the same request may succeed later. */
export function isOutage(error) {
  return error instanceof NoAnswer || error?.status >= 500;
}

/** Whether the service does not know the caller any more. */
export function isStranger(error) {
  return error instanceof Problem && ([401, 403].includes(error.status) || error.code === "malformed-identity");
}

export class Api {
  #headers;
  #closed = new AbortController();

  /** `headers` identify the caller. */
  constructor(headers = {}) {
    this.#headers = headers;
  }

  /** A signal that is aborted when the user leaves. */
  get closed() {
    return this.#closed.signal;
  }

  /** Aborts all requests. Their promises never settle, so that no later answer changes the page. */
  close() {
    this.#closed.abort();
  }

  get = (path) => this.#call("GET", path);
  put = (path) => this.#call("PUT", path);
  delete = (path) => this.#call("DELETE", path);
  post = (path, document, headers) =>
    this.#call("POST", path, {
      body: JSON.stringify(document),
      headers: { "Content-Type": "application/json", ...headers },
    });

  /** Returns a response whose body is not read yet. */
  async open(path, headers, signal) {
    return this.#unlessClosed(() => this.#send("GET", path, { headers, signal }));
  }

  async #call(method, path, { body, headers } = {}) {
    return this.#unlessClosed(async () => {
      const response = await this.#send(method, path, { body, headers, signal: AbortSignal.timeout(ANSWER_MS) });
      return response.status === 204 ? null : await response.json().catch(noAnswer);
    });
  }

  async #send(method, path, { body, headers, signal }) {
    const response = await fetch(path, {
      method,
      body,
      headers: { ...headers, ...this.#headers },
      signal: AbortSignal.any([signal, this.closed]),
      cache: "no-store",
    }).catch(noAnswer);
    if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
    return response;
  }

  async #unlessClosed(act) {
    try {
      return await act();
    } catch (error) {
      if (!this.closed.aborted) throw error;
      return await new Promise(() => {});
    }
  }
}

function noAnswer(cause) {
  throw new NoAnswer(cause);
}
