// A store that is a folder: exists and can be written.

import { access, constants, mkdir, stat } from "node:fs/promises";
import { LocalFileError, StoreMissingError } from "@cairn/core";
import type { SetupOptions, SetupStep } from "./setting.ts";

/** @throws StoreMissingError where something else has the name; LocalFileError */
export async function folderStep(folder: string, { apply }: SetupOptions): Promise<SetupStep> {
  try {
    const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      return undefined;
    });
    if (found && !found.isDirectory()) {
      throw new StoreMissingError(`${folder} is not a folder`, {
        hint: "name a folder, or a path where one can be made",
      });
    }
    if (found) {
      await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
      return { resource: folder, state: "present", detail: "the folder exists and can be written" };
    }
    if (!apply) return { resource: folder, state: "missing", detail: "the folder does not exist" };
    await mkdir(folder, { recursive: true });
    return { resource: folder, state: "created", detail: "the folder was created" };
  } catch (error) {
    if (error instanceof StoreMissingError) throw error;
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR") {
      throw new StoreMissingError(`a part of ${folder} is a file`, {
        hint: "name a path where a folder can be made",
      });
    }
    throw new LocalFileError(`${folder} can't be used (${code})`, {
      hint: "check who owns it and what its parent folder allows",
      cause: error,
    });
  }
}
