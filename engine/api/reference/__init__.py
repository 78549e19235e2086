"""The API described: OpenAPI, the pages under /docs, llms.txt."""
