// The version that `cairn --version` prints: that of package.json, which a test compares. Not read from there, since
// the bundle has a package.json of its own.

export const VERSION = "0.1.0";
