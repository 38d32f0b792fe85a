// Reads what the page must know about the service from its OpenAPI document.

const ANSWER_MS = 15_000;
const DEFAULTS = { usesTokens: false, textLimit: 280 };

/** Returns whether users need tokens, and the maximum length of a tweet in code points. Rejects without an answer. */
export async function describeService() {
  const response = await fetch("openapi.json", { signal: AbortSignal.timeout(ANSWER_MS) });
  if (!response.ok) return DEFAULTS;
  const { schemas, securitySchemes } = (await response.json()).components;
  return {
    usesTokens: Object.values(securitySchemes).some(({ type, scheme }) => type === "http" && scheme === "bearer"),
    textLimit: schemas.PublishTweetBody?.properties?.text?.maxLength ?? DEFAULTS.textLimit,
  };
}
