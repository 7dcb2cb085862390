import { runStep } from "../shared/index.js";
await runStep("save-cache");
