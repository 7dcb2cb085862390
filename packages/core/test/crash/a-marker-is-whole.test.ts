// Found by kills: a restore that was killed between the making and the writing of its marker could not be undone wholly,
// since only the marker says how the root itself was. So a marker is made with its content. Here a process that may
// write no byte into a file dies in between, if there is a between.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { markerPlace, readMarker } from "../../src/lib/marker.ts";
import { temporaryFolder } from "../support/temporary.ts";

const MARK = `
  const { markerPlace, writeMarker } = await import(process.argv[1]);
  const own = { mode: 0o755, mtimeSeconds: 1, mtimeNanos: 2 };
  writeMarker(markerPlace(process.argv[2], false), { id: "0123456789abcdef", rootCreated: true, own });`;
const SOURCE = fileURLToPath(new URL("../../src/lib/marker.ts", import.meta.url));

test("a marker that is there tells how the folder was before", async () => {
  const folder = temporaryFolder();
  const program = [process.execPath, "--input-type=module", "-e", MARK, SOURCE, folder];
  await new Promise((resolve) => execFile("sh", ["-c", 'ulimit -f 0; exec "$@"', "sh", ...program], resolve));
  expect(readMarker(markerPlace(folder, false))).toMatchObject({
    id: "0123456789abcdef",
    rootCreated: true,
    own: { mode: 0o755, mtimeSeconds: 1, mtimeNanos: 2 },
  });
});
