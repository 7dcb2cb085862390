// The last gate before a message is printed: credentials that an SDK or a mistyped DSN put into a text are taken out.
// The core's own messages hold none; this is for what others throw.

import { keySecrets } from "@cairn/core";

const SECRET_VARIABLES = [
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "ACTIONS_RUNTIME_TOKEN",
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
  "GITHUB_TOKEN",
];

/** Shorter values would take ordinary words out of messages. */
const SHORTEST_SECRET = 8;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/(:\/\/)[^\s/@?#]+@/g, "$1***@"],
  [/\b(X-Amz-(?:Signature|Credential|Security-Token))=[^&\s"']+/gi, "$1=***"],
  [/\b(Authorization|x-amz-security-token)(["']?\s*[:=]\s*["']?)[^\r\n"']+/gi, "$1$2***"],
];

export function createRedactor(env: Readonly<Record<string, string | undefined>>): (text: string) => string {
  const values = SECRET_VARIABLES.map((name) => env[name]?.trim());
  const secrets = [...values, ...keySecrets(env)]
    .filter((value): value is string => value !== undefined && value.length >= SHORTEST_SECRET)
    // A secret that holds another goes first.
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let result = text;
    for (const secret of secrets) result = result.replaceAll(secret, "***");
    for (const [pattern, replacement] of PATTERNS) result = result.replace(pattern, replacement);
    return result;
  };
}
