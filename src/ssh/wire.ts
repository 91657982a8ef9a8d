/** Bytes that are not what RFC 4251 section 5 says. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** Reads the data types of RFC 4251 section 5. Every method throws WireError where the bytes end too early. */
export class WireReader {
  #position = 0;

  constructor(private readonly bytes: Buffer) {}

  get remaining(): number {
    return this.bytes.length - this.#position;
  }

  byte(): number {
    return this.take(1).readUInt8();
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  uint64(): bigint {
    return this.take(8).readBigUInt64BE();
  }

  string(): Buffer {
    return this.take(this.uint32());
  }

  take(length: number): Buffer {
    if (length > this.remaining) {
      throw new WireError(`${length} bytes expected, ${this.remaining} left`);
    }
    const part = this.bytes.subarray(this.#position, this.#position + length);
    this.#position += length;
    return part;
  }

  end(): void {
    if (this.remaining > 0) {
      throw new WireError(`${this.remaining} bytes too many`);
    }
  }
}

/** Collects the data types of RFC 4251 section 5. */
export class WireWriter {
  readonly #parts: Buffer[] = [];

  byte(value: number): this {
    return this.bytes(Buffer.of(value));
  }

  uint32(value: number): this {
    const part = Buffer.alloc(4);
    part.writeUInt32BE(value);
    return this.bytes(part);
  }

  uint64(value: bigint): this {
    const part = Buffer.alloc(8);
    part.writeBigUInt64BE(value);
    return this.bytes(part);
  }

  string(value: string | Buffer): this {
    const part = Buffer.from(value);
    return this.uint32(part.length).bytes(part);
  }

  /** A positive number given by its big-endian bytes. */
  mpint(value: Buffer): this {
    const first = value.findIndex((byte) => byte !== 0);
    const digits = first === -1 ? Buffer.alloc(0) : value.subarray(first);
    const negative = (digits[0] ?? 0) >= 0x80;
    return this.string(negative ? Buffer.concat([Buffer.of(0), digits]) : digits);
  }

  bytes(value: Buffer): this {
    this.#parts.push(value);
    return this;
  }

  done(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
