/** See ntlm.mjs. */
export function ntlmStep(
  header: string | undefined,
  findPassword: (user: string, domain: string) => string | null,
): { readonly challenge: string } | { readonly user: string } | null;
