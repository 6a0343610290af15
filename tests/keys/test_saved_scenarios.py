"""A scenario that is saved and read again is the same, and deserves the same warnings."""

import json
from pathlib import Path
from shutil import copytree
from typing import Final

import pytest

from simulator import InputError, Scenario, load
from tests.keys.change import FOLDER
from tests.keys.test_keys import CHANGES

SHIPPED: Final = Path("scenarios")


def warned(scenario: Scenario) -> list[str]:
    return sorted(warning.message for warning in scenario.warnings)


def saved(scenario: Scenario, folder: Path) -> Scenario:
    """Return a scenario as a folder of results has it."""
    file = folder / "saved.json"
    file.write_text(json.dumps(scenario.model_dump(mode="json", by_alias=True)), encoding="utf-8")
    return load(file)


@pytest.mark.parametrize("room", sorted({name.partition(".")[0] for name in CHANGES}))
def test_of_every_key(room: str, tmp_path: Path) -> None:
    folder = Path(copytree(FOLDER, tmp_path, dirs_exist_ok=True))
    changes = [change for name, change in CHANGES.items() if name.partition(".")[0] == room]
    for document in [one for change in changes for one in (change.base, change.changed)]:
        (folder / "scenario.json").write_text(json.dumps(document), encoding="utf-8")
        try:
            scenario = load(folder / "scenario.json")
        except InputError:
            continue
        again = saved(scenario, folder)
        assert again == scenario
        assert warned(again) == warned(scenario)


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.yaml")), ids=lambda file: file.stem)
def test_of_every_shipped_scenario(file: Path, tmp_path: Path) -> None:
    copytree(SHIPPED, tmp_path / "scenarios")
    scenario = load(tmp_path / "scenarios" / file.name)
    again = saved(scenario, tmp_path / "scenarios")
    assert again == scenario
    assert warned(again) == warned(scenario)


def test_a_profile_that_nobody_wrote_is_not_saved(tmp_path: Path) -> None:
    document = next(iter(CHANGES.values())).base
    (tmp_path / "plain.json").write_text(json.dumps(document), encoding="utf-8")
    options = {**document.get("options", {}), "apiProfile": "2020-09"}
    (tmp_path / "named.json").write_text(json.dumps({**document, "options": options}), encoding="utf-8")
    plain, named = load(tmp_path / "plain.json"), load(tmp_path / "named.json")
    assert "api_profile" not in plain.options.model_dump()
    assert saved(named, tmp_path).options.model_dump()["api_profile"] == "2020-09"
