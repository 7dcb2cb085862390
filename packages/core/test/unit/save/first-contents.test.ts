// Contents of small files are found again by size and CRC-32, whatever else has the one or the other.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { createFirstContents } from "../../../src/save/first-contents.ts";
import { check } from "../../support/properties.ts";

const CRCS = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

test("as a plain list of pairs would find them", () => {
  const print = fc.record({ size: fc.integer({ min: 1, max: 3 }), crc: fc.constantFrom(...CRCS) });
  check(
    fc.property(fc.array(print), (prints) => {
      const contents = createFirstContents();
      const known: string[] = [];
      for (const [i, { size, crc }] of prints.entries()) {
        const at = known.indexOf(`${size} ${crc}`);
        expect(contents.find(size, crc)).toBe(at === -1 ? undefined : at);
        if (at !== -1) continue;
        expect(contents.add(size, crc, { absolute: `/tree/é${i}`, size, ctimeMs: i })).toBe(known.length);
        expect(contents.fileOf(known.length)).toEqual({ absolute: `/tree/é${i}`, size, ctimeMs: i });
        known.push(`${size} ${crc}`);
      }
    }),
  );
});
