"""Options from a TOML file: as if typed first."""

import pytest

from skdistill.cli._config import with_config
from skdistill.cli._main import make_parser


@pytest.fixture
def parse(tmp_path):
    """Return a function that parses words with a configuration file of the text given."""

    def parse(text, *words):
        path = tmp_path / "c.toml"
        path.write_text(text)
        parser, commands = make_parser()
        return parser.parse_args(with_config(commands, [*words, "--config", str(path)]))

    return parse


def test_keys_are_options_in_either_spelling(parse):
    options = parse(
        'target = "churned"\nhidden-layer-sizes = [64, 32]\nrandom_state = 3\nalpha = 0.5\n'
        'calibration = "none"\nearly_stopping = false\nforce = true\n'
        'resume = false\ntrust = ["a.B", "c.D"]',
        "compress",
        "t.csv",
    )
    assert (options.target, options.random_state, options.alpha) == ("churned", 3, 0.5)
    assert options.hidden_layer_sizes == (64, 32)
    assert (options.calibration, options.early_stopping) == (None, False)
    assert options.force
    assert not options.resume
    assert options.trust == ["a.B", "c.D"]
    assert str(options.table) == "t.csv"


def test_what_is_typed_wins(parse):
    options = parse('teacher = "forest"\ntarget = "x"', "compress", "t.csv", "--target", "y")
    assert (options.teacher, options.target) == ("forest", "y")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("teachr = 'forest'", "teachr is no option of skdistill compress; did you mean teacher"),
        ("qqq = 1", "qqq is no option of skdistill compress; it has target, drop"),
        ("config = 'x'", "config is no option"),
        ("force = 1", "force is true or false, not 1"),
        ("alpha = true", "alpha takes text or a number, not True"),
        ("early-stopping = [[true]]", "early-stopping takes text or a number"),
        ("target = true", "target takes text or a number"),
        ("[compress]\ntarget = 'y'", "compress is no option"),
        ("target = ", "cannot be read as TOML"),
    ],
)
def test_a_bad_file_says_what_is_wrong(text, message, tmp_path, command):
    (tmp_path / "c.toml").write_text(text)
    code, out, err = command("compress", "--data", "iris", "--config", tmp_path / "c.toml")
    assert code == 2
    assert message in err
    assert out == ""


def test_a_missing_file_says_so(command):
    code, _, err = command("info", "s", "--config", "nowhere.toml")
    assert code == 2
    assert "No configuration file at nowhere.toml" in err


def test_a_bad_choice_in_the_file_is_one_on_the_command_line(tmp_path, command):
    (tmp_path / "c.toml").write_text("teacher = 'oak'")
    code, _, err = command("compress", "--data", "iris", "--config", tmp_path / "c.toml")
    assert code == 2
    assert "invalid choice: 'oak'" in err


def test_a_file_in_another_encoding_says_to_save_it_in_utf_8(tmp_path, command):
    (tmp_path / "c.toml").write_bytes('target = "größe"'.encode("latin-1"))
    code, _, err = command("compress", "t.csv", "--config", tmp_path / "c.toml")
    assert code == 2
    assert "c.toml is not in UTF-8, as TOML is: save it so" in err
    (tmp_path / "c.toml").write_text('target = "größe"', encoding="utf-8-sig")
    parser, commands = make_parser()
    words = with_config(commands, ["compress", "t.csv", "--config", str(tmp_path / "c.toml")])
    assert parser.parse_args(words).target == "größe"
