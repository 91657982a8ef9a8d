/** The messages of httpntlm, without the HTTP client that it brings. */
declare module 'httpntlm/ntlm.js' {
  /** What a server answers the first message with. */
  interface Challenge {
    readonly serverChallenge: Buffer;
    readonly negotiateFlags: number;
    /** Without it, only version 1 of the protocol can be answered. */
    readonly targetInfo?: Buffer;
  }

  interface Client {
    domain: string;
    workstation: string;
  }

  /** Each message is the value of an Authorization header, `NTLM` and base64. */
  interface Messages {
    createType1Message(client: Client): string;
    /** Calls back with an error, and gives null, where the header holds no such message. */
    parseType2Message(header: string, onError: (error: Error) => void): Challenge | null;
    createType3Message(challenge: Challenge, client: Client & { username: string; password: string }): string;
  }

  const messages: Messages;
  export default messages;
}
