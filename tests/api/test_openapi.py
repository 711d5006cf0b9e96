"""The service, asked what its OpenAPI document allows and what it forbids, answers as the document says."""

import subprocess
import sys
from pathlib import Path

from api.app import create_app
from api.security.keys import Scope, make_key
from api.settings import ApiSettings
from api.store import api_keys
from api.store.schema import open_database
from retrieval import Diagnoser
from tests.serving import serving

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")


def test_every_operation_does_what_its_description_says(diagnoser: Diagnoser, tmp_path: Path) -> None:
    database_url = f"sqlite:///{tmp_path}/causeway.db"
    key, handed_out = make_key("schemathesis", frozenset({Scope.ADMIN}))
    database = open_database(database_url)
    database.write(lambda connection: api_keys.add(connection, key))
    database.close()

    with serving(create_app(diagnoser, ApiSettings(database_url=database_url))) as url:
        result = subprocess.run(
            [
                *(SCHEMATHESIS, "--config-file", CONFIGURATION, "run", f"{url}/openapi.json"),
                *("--header", f"Authorization: Bearer {handed_out}"),
                *("--max-examples", "3", "--generation-deterministic", "--no-color"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )

    assert result.returncode == 0, result.stdout
    assert "Tested: 25" in result.stdout
    assert "✅ Stateful" in result.stdout
