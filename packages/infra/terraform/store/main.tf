# Cairn: the bucket and the table of a store, its dashboard and its alarms.
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

variable "archive" {
  type        = bool
  description = "Whether packs of branches move to Glacier Instant Retrieval after 90 days."
  default     = false
}

variable "alarm_topic_arn" {
  type        = string
  description = "ARN of an SNS topic that the alarms tell; empty: they only show in CloudWatch."
  default     = ""
}

resource "aws_s3_bucket" "store" {
  bucket = var.bucket

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "store" {
  bucket = aws_s3_bucket.store.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "store" {
  bucket = aws_s3_bucket.store.id

  rule {
    bucket_key_enabled = var.kms_key_arn != ""

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.kms_key_arn == "" ? "AES256" : "aws:kms"
      kms_master_key_id = var.kms_key_arn == "" ? null : var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "store" {
  bucket                  = aws_s3_bucket.store.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "store" {
  bucket     = aws_s3_bucket.store.id
  depends_on = [aws_s3_bucket_versioning.store]

  rule {
    id     = "cairn-trusted:${var.prefix}"
    status = "Enabled"

    filter {
      prefix = "${var.prefix}v1/trusted/"
    }

    expiration {
      days = 370
    }

    dynamic "transition" {
      for_each = var.archive ? [90] : []

      content {
        days          = transition.value
        storage_class = "GLACIER_IR"
      }
    }
  }

  rule {
    id     = "cairn-pr:${var.prefix}"
    status = "Enabled"

    filter {
      prefix = "${var.prefix}v1/pr/"
    }

    expiration {
      days = 35
    }
  }

  rule {
    id     = "cairn-leftovers:${var.prefix}"
    status = "Enabled"

    filter {
      prefix = "${var.prefix}v1/"
    }

    expiration {
      expired_object_delete_marker = true
    }

    noncurrent_version_expiration {
      noncurrent_days = 7
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid     = "CairnWriteOnce"
    effect  = "Deny"
    actions = ["s3:PutObject"]
    resources = [
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/trusted/*",
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/pr/*",
      "arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/store.json",
    ]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "s3:if-none-match"
      values   = ["true"]
    }

    condition {
      test     = "Bool"
      variable = "s3:ObjectCreationOperation"
      values   = ["true"]
    }
  }

  statement {
    sid       = "CairnSwapOnly"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/refs/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "s3:if-none-match"
      values   = ["true"]
    }

    condition {
      test     = "Null"
      variable = "s3:if-match"
      values   = ["true"]
    }

    condition {
      test     = "Bool"
      variable = "s3:ObjectCreationOperation"
      values   = ["true"]
    }
  }

  statement {
    sid       = "CairnTlsOnly"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${var.bucket}/${var.prefix}v1/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "store" {
  bucket     = aws_s3_bucket.store.id
  policy     = data.aws_iam_policy_document.bucket.json
  depends_on = [aws_s3_bucket_public_access_block.store]
}

resource "aws_dynamodb_table" "index" {
  name         = var.table
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  attribute {
    name = "createdAt"
    type = "S"
  }

  attribute {
    name = "repository"
    type = "S"
  }

  attribute {
    name = "toolchain"
    type = "S"
  }

  attribute {
    name = "lockfileHash"
    type = "S"
  }

  attribute {
    name = "cacheKey"
    type = "S"
  }

  local_secondary_index {
    name            = "createdAt-index"
    range_key       = "createdAt"
    projection_type = "ALL"
  }

  global_secondary_index {
    name            = "repository-toolchain-index"
    hash_key        = "repository"
    range_key       = "toolchain"
    projection_type = "INCLUDE"
    non_key_attributes = [
      "contentHash",
      "ref",
      "createdAt",
      "cacheKey",
    ]
  }

  global_secondary_index {
    name            = "lockfileHash-index"
    hash_key        = "lockfileHash"
    projection_type = "INCLUDE"
    non_key_attributes = [
      "contentHash",
      "ref",
      "createdAt",
      "cacheKey",
      "repository",
    ]
  }

  global_secondary_index {
    name            = "cacheKey-index"
    hash_key        = "cacheKey"
    range_key       = "repository"
    projection_type = "KEYS_ONLY"
  }

  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_cloudwatch_dashboard" "store" {
  dashboard_name = replace("${var.bucket}/${var.prefix}cairn", "/", "-")
  dashboard_body = "{\"widgets\":[{\"type\":\"metric\",\"x\":0,\"y\":0,\"width\":12,\"height\":6,\"properties\":{\"title\":\"Hit rate (%)\",\"region\":\"${data.aws_region.current.region}\",\"view\":\"timeSeries\",\"stat\":\"Sum\",\"period\":3600,\"metrics\":[[{\"id\":\"rate\",\"label\":\"hit rate\",\"expression\":\"100 * (hits + partial) / (hits + partial + misses)\"}],[\"Cairn\",\"Hits\",\"Store\",\"${var.bucket}/${var.prefix}\",{\"id\":\"hits\",\"visible\":false}],[\"Cairn\",\"PartialHits\",\"Store\",\"${var.bucket}/${var.prefix}\",{\"id\":\"partial\",\"visible\":false}],[\"Cairn\",\"Misses\",\"Store\",\"${var.bucket}/${var.prefix}\",{\"id\":\"misses\",\"visible\":false}]],\"yAxis\":{\"left\":{\"min\":0,\"max\":100}},\"annotations\":{\"horizontal\":[{\"label\":\"target\",\"value\":60}]}}},{\"type\":\"metric\",\"x\":12,\"y\":0,\"width\":12,\"height\":6,\"properties\":{\"title\":\"Look-ups\",\"region\":\"${data.aws_region.current.region}\",\"view\":\"timeSeries\",\"stat\":\"Sum\",\"period\":3600,\"metrics\":[[\"Cairn\",\"Hits\",\"Store\",\"${var.bucket}/${var.prefix}\",{\"id\":\"hits\",\"label\":\"hits\"}],[\"Cairn\",\"PartialHits\",\"Store\",\"${var.bucket}/${var.prefix}\",{\"id\":\"partial\",\"label\":\"partial hits\"}],[\"Cairn\",\"Misses\",\"Store\",\"${var.bucket}/${var.prefix}\",{\"id\":\"misses\",\"label\":\"misses\"}]],\"stacked\":true}},{\"type\":\"metric\",\"x\":0,\"y\":6,\"width\":12,\"height\":6,\"properties\":{\"title\":\"Bytes\",\"region\":\"${data.aws_region.current.region}\",\"view\":\"timeSeries\",\"stat\":\"Sum\",\"period\":3600,\"metrics\":[[\"Cairn\",\"UploadedBytes\",\"Store\",\"${var.bucket}/${var.prefix}\",{\"id\":\"uploaded\",\"label\":\"uploaded\"}],[\"Cairn\",\"ReusedBytes\",\"Store\",\"${var.bucket}/${var.prefix}\",{\"id\":\"reused\",\"label\":\"reused by saves\"}],[\"Cairn\",\"DownloadedBytes\",\"Store\",\"${var.bucket}/${var.prefix}\",{\"id\":\"downloaded\",\"label\":\"downloaded\"}],[\"Cairn\",\"RestoredBytes\",\"Store\",\"${var.bucket}/${var.prefix}\",{\"id\":\"restored\",\"label\":\"restored\"}]]}},{\"type\":\"metric\",\"x\":12,\"y\":6,\"width\":12,\"height\":6,\"properties\":{\"title\":\"Time of a step (s, median)\",\"region\":\"${data.aws_region.current.region}\",\"view\":\"timeSeries\",\"stat\":\"p50\",\"period\":3600,\"metrics\":[[\"Cairn\",\"RestoreSeconds\",\"Store\",\"${var.bucket}/${var.prefix}\",{\"id\":\"restore\",\"label\":\"restore\"}],[\"Cairn\",\"SaveSeconds\",\"Store\",\"${var.bucket}/${var.prefix}\",{\"id\":\"save\",\"label\":\"save\"}]]}},{\"type\":\"metric\",\"x\":0,\"y\":12,\"width\":12,\"height\":6,\"properties\":{\"title\":\"Uploaded a day, by repository (bytes)\",\"region\":\"${data.aws_region.current.region}\",\"view\":\"timeSeries\",\"stat\":\"Sum\",\"period\":3600,\"metrics\":[[{\"id\":\"growth\",\"label\":\"\",\"expression\":\"SEARCH('{Cairn,Repository,Store} MetricName=\\\"UploadedBytes\\\" Store=\\\"${var.bucket}/${var.prefix}\\\"', 'Sum', 86400)\"}]]}},{\"type\":\"metric\",\"x\":12,\"y\":12,\"width\":12,\"height\":6,\"properties\":{\"title\":\"Work saved (s)\",\"region\":\"${data.aws_region.current.region}\",\"view\":\"timeSeries\",\"stat\":\"Sum\",\"period\":3600,\"metrics\":[[\"Cairn\",\"SavedSeconds\",\"Store\",\"${var.bucket}/${var.prefix}\",{\"id\":\"saved\",\"label\":\"seconds of work\"}]]}}]}"
}

resource "aws_cloudwatch_metric_alarm" "low_hit_rate" {
  alarm_name          = replace("${var.bucket}/${var.prefix}cairn-low-hit-rate", "/", "-")
  alarm_description   = "Fewer than 60 % of a day's look-ups found something: keys that change too often, or saves that fail."
  comparison_operator = "LessThanThreshold"
  threshold           = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn == "" ? [] : [var.alarm_topic_arn]

  metric_query {
    id          = "rate"
    label       = "hit rate, %"
    return_data = true
    expression  = "IF(hits + partial + misses >= 20, 100 * (hits + partial) / (hits + partial + misses), 100)"
  }

  metric_query {
    id          = "hits"
    label       = "hits"
    return_data = false

    metric {
      namespace   = "Cairn"
      metric_name = "Hits"
      period      = 86400
      stat        = "Sum"
      dimensions = {
        Store = "${var.bucket}/${var.prefix}"
      }
    }
  }

  metric_query {
    id          = "partial"
    label       = "partial hits"
    return_data = false

    metric {
      namespace   = "Cairn"
      metric_name = "PartialHits"
      period      = 86400
      stat        = "Sum"
      dimensions = {
        Store = "${var.bucket}/${var.prefix}"
      }
    }
  }

  metric_query {
    id          = "misses"
    label       = "misses"
    return_data = false

    metric {
      namespace   = "Cairn"
      metric_name = "Misses"
      period      = 86400
      stat        = "Sum"
      dimensions = {
        Store = "${var.bucket}/${var.prefix}"
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "fast_growth" {
  alarm_name          = replace("${var.bucket}/${var.prefix}cairn-fast-growth", "/", "-")
  alarm_description   = "More than 100 GiB were uploaded in a day: a cache without end in its paths, or a key for each commit of a large tree."
  comparison_operator = "GreaterThanThreshold"
  threshold           = 107374182400
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn == "" ? [] : [var.alarm_topic_arn]

  metric_query {
    id          = "uploaded"
    label       = "uploaded bytes"
    return_data = true

    metric {
      namespace   = "Cairn"
      metric_name = "UploadedBytes"
      period      = 86400
      stat        = "Sum"
      dimensions = {
        Store = "${var.bucket}/${var.prefix}"
      }
    }
  }
}

output "store" {
  description = "CAIRN_STORE"
  value       = "s3://${var.bucket}/${var.prefix}?region=${data.aws_region.current.region}"
}

output "index" {
  description = "CAIRN_INDEX"
  value       = "dynamodb://${var.table}?region=${data.aws_region.current.region}"
}
