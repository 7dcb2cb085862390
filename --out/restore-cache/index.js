import { runStep } from "../shared/index.js";
await runStep("restore-cache");
