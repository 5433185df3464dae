// The server side of the MCP SDK, for an import at the moment that an agent speaks.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';

export { McpServer, WebStandardStreamableHTTPServerTransport };
