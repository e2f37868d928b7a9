"""Files of others are as their table says, and NOTICE names each package."""

import hashlib
import tomllib

from tests.house.source import ROOT

VENDOR = ROOT / "regulars/web/shell/static/vendor"
TABLE = tomllib.loads((VENDOR / "VENDORED.toml").read_text())


def test_no_vendored_file_was_changed_by_hand() -> None:
    found = {
        str(file.relative_to(VENDOR)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in VENDOR.rglob("*")
        if file.is_file() and file.name != "VENDORED.toml"
    }

    different = sorted(
        path for path in found.keys() | TABLE["sums"].keys() if found.get(path) != TABLE["sums"].get(path)
    )

    assert not different, f"{', '.join(different)} differ from VENDORED.toml: run `python tools/vendor.py`."


def test_notice_names_every_package_of_others() -> None:
    notice = (ROOT / "NOTICE").read_text()

    unnamed = [
        line
        for package in TABLE["package"]
        if (line := f"{package['name']} {package['version']}, {package['licence']}") not in notice
    ]

    assert not unnamed, f"NOTICE lacks: {'; '.join(unnamed)}."
