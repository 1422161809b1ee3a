"""Drives an MCP server through the official Python SDK that speaks protocol 2026-07-28 (stateless).

Arguments: the server's command line. Each line of standard input is a call, `{"tool": NAME, "arguments": {}}` or
`{"read": URI}`; its result is one line of standard output. The first line says what was negotiated.
"""

import asyncio
import json
import sys

from mcp import Client, MCPError, StdioServerParameters


def say(value):
    print(json.dumps(value), flush=True)


async def call(client, asked):
    try:
        if "read" in asked:
            result = await client.read_resource(asked["read"])
        else:
            result = await client.call_tool(asked["tool"], asked["arguments"])
    except MCPError as error:
        return {"error": {"code": error.error.code, "message": error.error.message}}
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)


async def main(command, *args):
    server = StdioServerParameters(command=command, args=args, env=json.loads(sys.stdin.readline()))
    # It asks `server/discover`; a server that did not know it would be spoken to as one of the era before.
    async with Client(server, mode="auto") as client:
        tools = (await client.list_tools()).tools
        say({"protocol": client.protocol_version, "tools": [tool.name for tool in tools]})
        while line := await asyncio.to_thread(sys.stdin.readline):
            say(await call(client, json.loads(line)))


asyncio.run(main(*sys.argv[1:]))
