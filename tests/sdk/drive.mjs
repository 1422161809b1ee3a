// Drives an MCP server through the official TypeScript SDK, with protocol 2026-07-28 (stateless).
//
// Arguments: the folder in which the SDK is installed, then the server's command line. Each line of standard input is a
// call, `{"tool": NAME, "arguments": {}}` or `{"read": URI}`; its result is one line of standard output. The first line
// says what was negotiated.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [folder, command, ...args] = process.argv.slice(2);
const load = createRequire(`${folder}/`);
const { Client } = load("@modelcontextprotocol/client");
const { StdioClientTransport } = load("@modelcontextprotocol/client/stdio");

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

async function call(client, asked) {
  try {
    if ("read" in asked) return await client.readResource({ uri: asked.read });
    return await client.callTool({ name: asked.tool, arguments: asked.arguments });
  } catch (error) {
    return { error: { code: error.code ?? null, message: error.message } };
  }
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const env = JSON.parse((await lines.next()).value);
const client = new Client(
  { name: "drive", version: "1.0.0" },
  { versionNegotiation: { mode: { pin: "2026-07-28" } } },
);
await client.connect(new StdioClientTransport({ command, args, env, stderr: "inherit" }));
const { tools } = await client.listTools();
say({ protocol: client.getNegotiatedProtocolVersion?.() ?? null, tools: tools.map((tool) => tool.name) });
for await (const line of lines) say(await call(client, JSON.parse(line)));
await client.close();
