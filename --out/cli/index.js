#!/usr/bin/env node
import { runCommandLine } from "../shared/index.js";
await runCommandLine();
