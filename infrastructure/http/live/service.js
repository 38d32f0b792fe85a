// What the service says about itself.

const ANSWER_MS = 15_000;
const DEFAULTS = { usesTokens: false, textLimit: 280 };

/** Whether users have tokens, and how long a tweet may be, by the OpenAPI document; rejects when nobody answers. */
export async function describeService() {
  const response = await fetch("openapi.json", { signal: AbortSignal.timeout(ANSWER_MS) });
  if (!response.ok) return DEFAULTS;
  const { components } = await response.json();
  const schemes = Object.values(components.securitySchemes);
  return {
    usesTokens: schemes.some(({ type, scheme }) => type === "http" && scheme === "bearer"),
    textLimit: textLimit(components.schemas) ?? DEFAULTS.textLimit,
  };
}

function textLimit(schemas) {
  const text = schemas.PublishTweetBody?.properties?.text ?? {};
  const described = /\((\d+)\) code points/.exec(text.description ?? "");
  return text.maxLength ?? (described && Number(described[1]));
}
