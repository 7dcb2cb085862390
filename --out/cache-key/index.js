import { runStep } from "../shared/index.js";
await runStep("cache-key");
