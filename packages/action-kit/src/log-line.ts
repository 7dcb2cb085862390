// A line of the log that is text and nothing else. The runner obeys `::command::` at the start of a line and `##[command]`
// anywhere in it, and the lines hold names that others chose: a key, a branch, a file. One of them must not set an
// output or fail the step. Annotations need none of this: the toolkit writes them as commands and escapes the rest.

/** Control characters, line breaks among them, and what turns the direction of writing become visible escapes. */
export function asLogLine(text: string): string {
  return text
    .replace(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
      (character) =>
        character === "\n" ? "\\n" : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    )
    .replaceAll("##[", "##\\u005b")
    .replace(/^(\s*):(?=:)/, "$1\\u003a");
}
