// Policy documents as AWS writes them: the form that `setup`, the templates and the tests of the policies share.

export type ConditionOperator = "StringEquals" | "StringLike" | "ForAllValues:StringLike" | "Null" | "Bool";

export type Conditions = Readonly<
  Partial<Record<ConditionOperator, Readonly<Record<string, string | readonly string[]>>>>
>;

export interface Statement {
  /** Letters and digits. */
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | { readonly Federated: string };
  readonly Action: string | readonly string[];
  /** None in the trust policy of a role. */
  readonly Resource?: string | readonly string[];
  readonly Condition?: Conditions;
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

export function policyOf(...statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}
