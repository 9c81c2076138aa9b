import json

import pytest
from django.core.management import CommandError, call_command

from options.models import Asset, OptionContract
from tests.options.contracts import SAMPLE

pytestmark = pytest.mark.django_db

PRINTED = json.dumps(SAMPLE, indent=2).replace("\n}", "\n }  \n")


@pytest.fixture
def write(tmp_path):
    def write(content):
        file = tmp_path / "file"
        file.write_text(content)
        return str(file)

    return write


def test_the_overviews_sample_loads_as_printed(write, capsys):
    call_command("import_contracts", write(PRINTED))
    call_command("import_contracts", write(PRINTED), "--json")

    first, second = capsys.readouterr().out.splitlines()
    assert first == "contracts: 1 added, 0 changed, 0 unchanged"
    assert json.loads(second) == {"added": 0, "changed": 0, "unchanged": 1}
    assert OptionContract.objects.get().asset.symbol == SAMPLE["symbol"]


def test_csv_loads_contracts_and_shares(write, capsys):
    call_command("import_assets", write("symbol,exchange,ppind\nQS,NYSE,true\nZZZZ,,\n"))
    call_command("import_contracts", write("symbol,open_interest\nQS240126P00006500,5\nQS240301C00006500,\n"))

    assert capsys.readouterr().out.splitlines() == [
        "assets: 2 added, 0 changed, 0 unchanged",
        "contracts: 2 added, 0 changed, 0 unchanged",
    ]


@pytest.mark.parametrize(
    ("command", "content", "said"),
    [
        ("import_contracts", "symbol\nQS240126P00006500\nQS\n", "line 3: symbol 'QS' is not an option symbol"),
        ("import_assets", "symbol\nQS\nQS240126P00006500\n", "line 3: QS240126P00006500 is an option contract"),
        ("import_contracts", '[{"symbol": "QS240126P00006500"},\n{]', "line 2: not JSON"),
        ("import_assets", "", "line 1: the header has no column named symbol"),
    ],
)
def test_a_bad_file_is_named_by_line_and_reason_and_not_loaded(write, command, content, said):
    with pytest.raises(CommandError) as refused:
        call_command(command, write(content))

    assert said in str(refused.value)
    assert str(refused.value).endswith("Nothing was loaded.")
    assert list(Asset.objects.values_list("symbol", flat=True)) == ["USD"]


@pytest.mark.parametrize("command", ["import_assets", "import_contracts"])
def test_a_file_that_is_not_there_is_named(command, tmp_path):
    with pytest.raises(CommandError, match="No such file or directory"):
        call_command(command, str(tmp_path / "nowhere"))
