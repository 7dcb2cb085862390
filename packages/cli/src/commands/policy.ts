// cairn policy: prints the IAM documents of a role for this store. Makes no request.

import { SettingsError } from "@cairn/core";
import type { Role } from "@cairn/infra";
import { Argument, type Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { addStoreOptions, newCommand, type StoreOptions } from "../options.ts";
import { type InfraSession, runInfraCommand } from "../session.ts";

interface PolicyOptions extends StoreOptions {
  readonly trust?: boolean;
}

/** Here too, and not asked of infra: help must not load it. A test compares the two. */
export const ROLES: readonly Role[] = ["trusted-writer", "pull-request-writer", "reader", "maintainer"];

export function policyCommand(context: CliContext, done: (code: ExitCode) => void): Command {
  const command = newCommand(
    "policy",
    "Print what a role may do with this store, as an IAM policy; ACCOUNT in it is for you to fill in.",
    ["cairn policy trusted-writer", "cairn policy --trust pull-request-writer", "cairn policy --json reader"],
  )
    .addArgument(new Argument("<role>", "whose policy").choices(ROLES))
    .option("--trust", "print which jobs of GitHub Actions may take the role")
    .option("--repository <owner/name>", "repository that the role is for (default: this one)");
  return addStoreOptions(command).action(async (role: Role, options: PolicyOptions) =>
    done(
      await runInfraCommand(context, options, "nothing was changed", (session) =>
        policy(session, role, options),
      ),
    ),
  );
}

async function policy(
  { output, infra, repository }: InfraSession,
  role: Role,
  options: PolicyOptions,
): Promise<ExitCode> {
  if (repository === undefined) {
    throw new SettingsError("repository", "a policy is for a repository, and this folder belongs to none", {
      hint: "name it with --repository owner/name",
    });
  }
  const documents = infra.documents(role, repository);
  if (options.trust === true && documents.trust === undefined) {
    throw new SettingsError("role", `no workflow takes the role of a ${role}`, {
      hint: "attach its policy to a person, or to a role of your own",
    });
  }
  await output.document(documents);
  await output.result(JSON.stringify(options.trust ? documents.trust : documents.policy, null, 2));
  return EXIT.ok;
}
