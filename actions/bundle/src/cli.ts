#!/usr/bin/env node
import { runCommandLine } from "./main.ts";

await runCommandLine();
