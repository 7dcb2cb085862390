# Cairn: the roles that the workflows of one repository on GitHub take.
# Made by `node scripts/build-infra.ts` from packages/infra/src: change that, not this.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

variable "bucket" {
  type        = string
  description = "Name of the bucket."
}

variable "prefix" {
  type        = string
  description = "What stands before v1/ in the bucket: empty, or with a slash at its end (team/)."
  default     = ""

  validation {
    condition     = var.prefix == "" || can(regex("^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*/$", var.prefix))
    error_message = "Write a prefix with a slash at its end, team/, or none."
  }
}

variable "table" {
  type        = string
  description = "Name of the table."
}

variable "kms_key_arn" {
  type        = string
  description = "ARN of a KMS key that encrypts the bucket; empty: S3's own keys."
  default     = ""
}

variable "repository" {
  type        = string
  description = "owner/name on GitHub; owner/* for all of an owner's, which then share their caches."
}

variable "create_provider" {
  type        = bool
  description = "Whether to make GitHub's identity provider: an account has one, for all of its roles."
  default     = true
}

resource "aws_iam_openid_connect_provider" "github" {
  count          = var.create_provider ? 1 : 0
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

data "aws_iam_policy_document" "trusted_writer_trust" {
  statement {
    sid     = "GitHubActions"
    effect  = "Allow"
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:oidc-provider/token.actions.githubusercontent.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values = [
        "repo:${var.repository}:ref:refs/heads/*",
        "repo:${var.repository}:ref:refs/tags/*",
      ]
    }
  }
}

data "aws_iam_policy_document" "trusted_writer" {
  statement {
    sid       = "ListNames"
    effect    = "Allow"
    actions   = ["s3:ListBucket"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.bucket}"]
  }

  statement {
    sid     = "ReadObjects"
    effect  = "Allow"
    actions = ["s3:GetObject"]
    resources = [
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/store.json",
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/condemned/*",
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/trusted/*",
    ]
  }

  statement {
    sid     = "CreateObjects"
    effect  = "Allow"
    actions = ["s3:PutObject"]
    resources = [
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/store.json",
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/trusted/*",
    ]

    condition {
      test     = "StringEquals"
      variable = "s3:if-none-match"
      values   = ["*"]
    }
  }

  statement {
    sid    = "ReadRows"
    effect = "Allow"
    actions = [
      "dynamodb:GetItem",
      "dynamodb:Query",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}",
      "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}/index/createdAt-index",
    ]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values = [
        "${var.repository}:*",
        ":identity",
      ]
    }

    condition {
      test     = "Null"
      variable = "dynamodb:LeadingKeys"
      values   = ["false"]
    }
  }

  statement {
    sid       = "NameOtherBranches"
    effect    = "Allow"
    actions   = ["dynamodb:Query"]
    resources = ["arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}/index/cacheKey-index"]
  }

  statement {
    sid    = "WriteRows"
    effect = "Allow"
    actions = [
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
    ]
    resources = ["arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}"]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values = [
        "${var.repository}:*",
        ":identity",
      ]
    }

    condition {
      test     = "Null"
      variable = "dynamodb:LeadingKeys"
      values   = ["false"]
    }
  }

  statement {
    sid       = "PublishMetrics"
    effect    = "Allow"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["Cairn"]
    }
  }
}

data "aws_iam_policy_document" "trusted_writer_key" {
  statement {
    sid    = "UseKey"
    effect = "Allow"
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey",
    ]
    resources = ["${var.kms_key_arn}"]
  }
}

resource "aws_iam_role" "trusted_writer" {
  name_prefix          = "cairn-trusted-writer-"
  description          = "Cairn: trusted-writer of a repository on GitHub"
  max_session_duration = 21600
  assume_role_policy   = data.aws_iam_policy_document.trusted_writer_trust.json
}

resource "aws_iam_role_policy" "trusted_writer" {
  name   = "cairn"
  role   = aws_iam_role.trusted_writer.id
  policy = data.aws_iam_policy_document.trusted_writer.json
}

resource "aws_iam_role_policy" "trusted_writer_key" {
  count  = var.kms_key_arn == "" ? 0 : 1
  name   = "cairn-key"
  role   = aws_iam_role.trusted_writer.id
  policy = data.aws_iam_policy_document.trusted_writer_key.json
}

output "trusted_writer_arn" {
  description = "role-to-assume of a trusted-writer"
  value       = aws_iam_role.trusted_writer.arn
}

data "aws_iam_policy_document" "pull_request_writer_trust" {
  statement {
    sid     = "GitHubActions"
    effect  = "Allow"
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:oidc-provider/token.actions.githubusercontent.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:${var.repository}:pull_request"]
    }
  }
}

data "aws_iam_policy_document" "pull_request_writer" {
  statement {
    sid       = "ListNames"
    effect    = "Allow"
    actions   = ["s3:ListBucket"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.bucket}"]
  }

  statement {
    sid     = "ReadObjects"
    effect  = "Allow"
    actions = ["s3:GetObject"]
    resources = [
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/store.json",
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/condemned/*",
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/trusted/*",
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/pr/*",
    ]
  }

  statement {
    sid       = "CreateObjects"
    effect    = "Allow"
    actions   = ["s3:PutObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/pr/*"]

    condition {
      test     = "StringEquals"
      variable = "s3:if-none-match"
      values   = ["*"]
    }
  }

  statement {
    sid    = "ReadRows"
    effect = "Allow"
    actions = [
      "dynamodb:GetItem",
      "dynamodb:Query",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}",
      "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}/index/createdAt-index",
    ]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values = [
        "${var.repository}:*",
        ":identity",
      ]
    }

    condition {
      test     = "Null"
      variable = "dynamodb:LeadingKeys"
      values   = ["false"]
    }
  }

  statement {
    sid       = "NameOtherBranches"
    effect    = "Allow"
    actions   = ["dynamodb:Query"]
    resources = ["arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}/index/cacheKey-index"]
  }

  statement {
    sid    = "WriteRows"
    effect = "Allow"
    actions = [
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
    ]
    resources = ["arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}"]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["${var.repository}:refs/pull/*"]
    }

    condition {
      test     = "Null"
      variable = "dynamodb:LeadingKeys"
      values   = ["false"]
    }
  }

  statement {
    sid       = "PublishMetrics"
    effect    = "Allow"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["Cairn"]
    }
  }
}

data "aws_iam_policy_document" "pull_request_writer_key" {
  statement {
    sid    = "UseKey"
    effect = "Allow"
    actions = [
      "kms:Decrypt",
      "kms:GenerateDataKey",
    ]
    resources = ["${var.kms_key_arn}"]
  }
}

resource "aws_iam_role" "pull_request_writer" {
  name_prefix          = "cairn-pull-request-writer-"
  description          = "Cairn: pull-request-writer of a repository on GitHub"
  max_session_duration = 21600
  assume_role_policy   = data.aws_iam_policy_document.pull_request_writer_trust.json
}

resource "aws_iam_role_policy" "pull_request_writer" {
  name   = "cairn"
  role   = aws_iam_role.pull_request_writer.id
  policy = data.aws_iam_policy_document.pull_request_writer.json
}

resource "aws_iam_role_policy" "pull_request_writer_key" {
  count  = var.kms_key_arn == "" ? 0 : 1
  name   = "cairn-key"
  role   = aws_iam_role.pull_request_writer.id
  policy = data.aws_iam_policy_document.pull_request_writer_key.json
}

output "pull_request_writer_arn" {
  description = "role-to-assume of a pull-request-writer"
  value       = aws_iam_role.pull_request_writer.arn
}

data "aws_iam_policy_document" "reader_trust" {
  statement {
    sid     = "GitHubActions"
    effect  = "Allow"
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:oidc-provider/token.actions.githubusercontent.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:${var.repository}:*"]
    }
  }
}

data "aws_iam_policy_document" "reader" {
  statement {
    sid       = "ListNames"
    effect    = "Allow"
    actions   = ["s3:ListBucket"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.bucket}"]
  }

  statement {
    sid     = "ReadObjects"
    effect  = "Allow"
    actions = ["s3:GetObject"]
    resources = [
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/store.json",
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/condemned/*",
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/trusted/*",
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/pr/*",
    ]
  }

  statement {
    sid    = "ReadRows"
    effect = "Allow"
    actions = [
      "dynamodb:GetItem",
      "dynamodb:Query",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}",
      "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}/index/createdAt-index",
    ]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values = [
        "${var.repository}:*",
        ":identity",
      ]
    }

    condition {
      test     = "Null"
      variable = "dynamodb:LeadingKeys"
      values   = ["false"]
    }
  }

  statement {
    sid       = "NameOtherBranches"
    effect    = "Allow"
    actions   = ["dynamodb:Query"]
    resources = ["arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}/index/cacheKey-index"]
  }
}

data "aws_iam_policy_document" "reader_key" {
  statement {
    sid       = "UseKey"
    effect    = "Allow"
    actions   = ["kms:Decrypt"]
    resources = ["${var.kms_key_arn}"]
  }
}

resource "aws_iam_role" "reader" {
  name_prefix          = "cairn-reader-"
  description          = "Cairn: reader of a repository on GitHub"
  max_session_duration = 21600
  assume_role_policy   = data.aws_iam_policy_document.reader_trust.json
}

resource "aws_iam_role_policy" "reader" {
  name   = "cairn"
  role   = aws_iam_role.reader.id
  policy = data.aws_iam_policy_document.reader.json
}

resource "aws_iam_role_policy" "reader_key" {
  count  = var.kms_key_arn == "" ? 0 : 1
  name   = "cairn-key"
  role   = aws_iam_role.reader.id
  policy = data.aws_iam_policy_document.reader_key.json
}

output "reader_arn" {
  description = "role-to-assume of a reader"
  value       = aws_iam_role.reader.arn
}

data "aws_iam_policy_document" "maintainer" {
  statement {
    sid       = "ListNames"
    effect    = "Allow"
    actions   = ["s3:ListBucket"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.bucket}"]
  }

  statement {
    sid       = "ReadObjects"
    effect    = "Allow"
    actions   = ["s3:GetObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/*"]
  }

  statement {
    sid       = "Condemn"
    effect    = "Allow"
    actions   = ["s3:PutObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/condemned/*"]
  }

  statement {
    sid     = "PruneObjects"
    effect  = "Allow"
    actions = ["s3:DeleteObject"]
    resources = [
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/trusted/*",
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/pr/*",
    ]
  }

  statement {
    sid    = "LookAtRows"
    effect = "Allow"
    actions = [
      "dynamodb:GetItem",
      "dynamodb:Query",
      "dynamodb:Scan",
    ]
    resources = [
      "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}",
      "arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}/index/*",
    ]
  }

  statement {
    sid    = "LookAfterRows"
    effect = "Allow"
    actions = [
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
    ]
    resources = ["arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}"]
  }

  statement {
    sid       = "HoldPruneLease"
    effect    = "Allow"
    actions   = ["dynamodb:PutItem"]
    resources = ["arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}"]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["%3Aprune:*"]
    }

    condition {
      test     = "Null"
      variable = "dynamodb:LeadingKeys"
      values   = ["false"]
    }
  }

  statement {
    sid    = "ExamineBucket"
    effect = "Allow"
    actions = [
      "s3:GetBucketLocation",
      "s3:GetBucketPolicy",
      "s3:GetBucketPublicAccessBlock",
      "s3:GetBucketVersioning",
      "s3:GetEncryptionConfiguration",
      "s3:GetLifecycleConfiguration",
    ]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.bucket}"]
  }

  statement {
    sid    = "ExamineTable"
    effect = "Allow"
    actions = [
      "dynamodb:DescribeContinuousBackups",
      "dynamodb:DescribeTable",
      "dynamodb:DescribeTimeToLive",
    ]
    resources = ["arn:${data.aws_partition.current.partition}:dynamodb:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:table/${var.table}"]
  }

  statement {
    sid       = "PublishMetrics"
    effect    = "Allow"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["Cairn"]
    }
  }
}

resource "aws_iam_policy" "maintainer" {
  name_prefix = "cairn-maintainer-"
  description = "For whoever looks after the store: attach it to a person or a role of your own."
  policy      = data.aws_iam_policy_document.maintainer.json
}

output "maintainer_policy_arn" {
  description = "For whoever looks after the store"
  value       = aws_iam_policy.maintainer.arn
}
