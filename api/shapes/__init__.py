"""What goes over HTTP, one module a resource; imports no server, so that clients read answers with the same models.

Requests and answers of `/v1/diagnoses` are the library's own: `retrieval.diagnosis`.
"""
