import { runStep } from "../../bundle/src/main.ts";

await runStep("setup-cairn");
