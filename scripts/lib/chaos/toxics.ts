// One proxy of toxiproxy, by its HTTP API: what happens to connections, whatever they carry.

import { randomUUID } from "node:crypto";

export interface Toxics {
  readonly url: string;
  /** Connections are refused. */
  refuse(): Promise<void>;
  /** Connections open, and nothing comes through either way. */
  stall(): Promise<void>;
  /** Each connection is reset after so many milliseconds. */
  reset(afterMs: number): Promise<void>;
  /** As it was at first. */
  heal(): Promise<void>;
  remove(): Promise<void>;
}

export async function openToxiproxy(api: string, upstream: string): Promise<Toxics> {
  const name = `chaos-${randomUUID()}`;
  async function post(path: string, body: object): Promise<{ listen?: string }> {
    const answer = await fetch(`${api}${path}`, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`toxiproxy refuses ${path}: ${await answer.text()}`);
    return (await answer.json()) as { listen?: string };
  }
  const proxy = `/proxies/${name}`;
  const { listen } = await post("/proxies", {
    ...{ name, listen: "127.0.0.1:0", upstream: new URL(upstream).host, enabled: true },
  });
  /** Another start would choose another port. */
  const enable = (enabled: boolean) => post(proxy, { listen, enabled });
  const both = async (type: string, attributes: object): Promise<void> => {
    for (const stream of ["upstream", "downstream"])
      await post(`${proxy}/toxics`, { name: `${type}-${stream}`, type, stream, toxicity: 1, attributes });
  };
  return {
    url: `http://${listen}`,
    refuse: async () => void (await enable(false)),
    stall: () => both("timeout", { timeout: 0 }),
    reset: (afterMs) => both("reset_peer", { timeout: afterMs }),
    async heal() {
      const toxics = (await (await fetch(`${api}${proxy}/toxics`)).json()) as { name: string }[];
      for (const toxic of toxics) await fetch(`${api}${proxy}/toxics/${toxic.name}`, { method: "DELETE" });
      await enable(true);
    },
    async remove() {
      await fetch(api + proxy, { method: "DELETE" });
    },
  };
}
