"""The service for coding agents, over the Model Context Protocol.

A server here is one more client of the REST service. So whoever asks through it is held to the same keys and limits,
and gets the same answers. Beside the protocol's own library (extra `mcp`) it needs what a client needs.
"""
