// What AWS would decide, by a simulator of others that knows every action, its resources and the condition keys it has
// (@cloud-copilot/iam-simulate): a key that AWS does not give to an action counts as absent there too.

import { runSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import type { PolicyDocument } from "../../src/blueprint/documents.ts";

export interface AwsRequest {
  /** `s3:PutObject` */
  readonly action: string;
  readonly resource: string;
  readonly context: Readonly<Record<string, string | string[]>>;
}

export interface Rules {
  /** Of who asks. */
  readonly policies: readonly PolicyDocument[];
  /** Of the bucket; only asked about S3. */
  readonly bucketPolicy?: PolicyDocument | undefined;
  readonly account: string;
}

export type Decision = "Allowed" | "ImplicitlyDenied" | "ExplicitlyDenied";

/** @throws where a policy, an action or a resource is none that AWS knows. */
export async function decide(
  { policies, bucketPolicy, account }: Rules,
  request: AwsRequest,
): Promise<Decision> {
  const simulation: Simulation = {
    request: {
      action: request.action,
      principal: `arn:aws:sts::${account}:assumed-role/test/session`,
      resource: { resource: request.resource, accountId: account },
      contextVariables: { ...request.context },
    },
    identityPolicies: policies.map((policy, index) => ({ name: `policy-${index}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(bucketPolicy && request.action.startsWith("s3:") && { resourcePolicy: bucketPolicy }),
  };
  const result = await runSimulation(simulation, { simulationMode: "Strict" });
  if (result.resultType === "error") throw new Error(`not simulated: ${JSON.stringify(result.errors)}`);
  return result.overallResult as Decision;
}
