"""The fields of TRL's DPOConfig, of which docs/trl.md says what each is for dpo."""

import dataclasses

from conftest import ROOT
from trl import DPOConfig


def test_every_field_is_documented():
    """The list from which docs/trl.md is written is that of the installed TRL, with its defaults."""
    listed = (ROOT / "dpocore/recipe/testdata/dpoconfig.txt").read_text().splitlines()
    fields = []
    for field in dataclasses.fields(DPOConfig):
        default = field.default if field.default is not dataclasses.MISSING else field.default_factory()
        fields.append(f"{field.name} {default!r}")
    assert listed == fields
    document = (ROOT / "docs/trl.md").read_text()
    assert [name for name in fields if f"| `{name.split()[0]}` |" not in document] == []
