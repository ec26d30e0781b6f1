"""Write every dashboard's JSON; a test says when one of them is not what the code says."""

import json
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana.the_road import the_road

FOLDER = Path(__file__).parent / "dashboards"


def dashboards() -> dict[Path, str]:
    """Return what each file should hold."""
    written = json.dumps(the_road(), cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False)
    return {FOLDER / "the_road.json": written + "\n"}


if __name__ == "__main__":
    for path, content in dashboards().items():
        path.write_text(content, encoding="utf-8")
