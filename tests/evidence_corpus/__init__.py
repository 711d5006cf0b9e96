"""Evidence as people paste it, recorded from real parts; written out as `eval/queries/evidence.jsonl`.

`python -m tests.evidence_corpus.record` runs the product's own SDKs (`servers/`: backend in Express and FastAPI,
frontend in Chromium) with one named mistake at a time (`scenarios/`) and saves what browser, curl, nginx and the
backend's log saw to `recorded/`. `written/` holds what cannot be recorded here: code, settings, other logs.
`cases.yaml` says what a user would ask with which of these files, and which cause is right;
`python -m tests.evidence_corpus.build` writes the queries.

Needs Chromium and nginx (Debian: `chromium nginx-light`), Node.js 20, `npm install` in `servers/`, and EVIDENCE_PYTHON:
an interpreter of its own with supertokens-python, fastapi and uvicorn. Tests need none of them: they read the files.
"""
