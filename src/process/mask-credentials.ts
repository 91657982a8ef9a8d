/** Hides what is secret in URLs (all before the `@`, but for the login name of ssh) and in authorization headers. */
export function maskCredentials(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)([^\s/]*)@/gi, (url, scheme: string, secret: string) =>
      /ssh/i.test(scheme) && !secret.includes(':') ? url : `${scheme}***@`,
    )
    .replace(/(authorization:\s*)[^\r\n]+/gi, '$1***');
}
