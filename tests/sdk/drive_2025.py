"""Drives an MCP server through the official Python SDK that begins with `initialize` (protocol 2025-11-25 and older).

Arguments: the server's command line. Each line of standard input is a call, `{"tool": NAME, "arguments": {}}` or
`{"read": URI}`; its result is one line of standard output. The first line says what was negotiated.
"""

import asyncio
import json
import sys

from mcp import ClientSession, McpError, StdioServerParameters
from mcp.client.stdio import stdio_client


def say(value):
    print(json.dumps(value), flush=True)


async def call(session, asked):
    try:
        if "read" in asked:
            result = await session.read_resource(asked["read"])
        else:
            result = await session.call_tool(asked["tool"], asked["arguments"])
    except McpError as error:
        return {"error": {"code": error.error.code, "message": error.error.message}}
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)


async def main(command, *args):
    server = StdioServerParameters(command=command, args=list(args), env=json.loads(sys.stdin.readline()))
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        begun = await session.initialize()
        tools = (await session.list_tools()).tools
        say({"protocol": begun.protocolVersion, "tools": [tool.name for tool in tools]})
        while line := await asyncio.to_thread(sys.stdin.readline):
            say(await call(session, json.loads(line)))


asyncio.run(main(*sys.argv[1:]))
