// Package main imports what the module cache of the benchmark has to hold.
package main

import (
	_ "github.com/aws/aws-sdk-go/service/s3"
	_ "github.com/hashicorp/terraform-plugin-sdk/v2/plugin"
	_ "google.golang.org/api/storage/v1"
	_ "k8s.io/client-go/kubernetes"
)

func main() {}
