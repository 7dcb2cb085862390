// Kinds of disk, and room on one. Types only.

/** `ext4`: a fresh file system for each run. `folder`: of whatever is mounted there. */
export type DiskKind = "tmpfs" | "ext4" | "folder";

export interface Room {
  readonly bytes: number;
  readonly files: number;
}
