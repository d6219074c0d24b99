"""`skdistill completion`: scripts that know commands, options, choices and files."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_knows_commands_and_options(shell, command):
    code, out, err = command("completion", shell)
    assert code == 0, err
    for word in ("compress", "report", "predict", "export", "info", "keep-run", "breast_cancer"):
        assert word in out


def test_without_shtab_it_says_what_to_install(command, monkeypatch):
    monkeypatch.setitem(sys.modules, "shtab", None)
    code, out, err = command("completion", "bash")
    assert (code, out) == (2, "")
    assert 'pip install "skdistill[cli]"' in err


def complete(script, *words):
    """Return what bash offers for the last of `words`."""
    last = len(words) - 1
    asks = f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={last}; _shtab_skdistill"
    shown = 'printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(
        ["bash", "--norc", "-c", f"{script}\n{asks}\n{shown}"],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(done.stdout.split())


def test_bash_offers_what_may_come_next(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "churn.safetensors").touch()
    _, script, _ = command("completion", "bash")
    assert complete(script, "skdistill", "ex") == {"export"}
    assert complete(script, "skdistill", "export", "--fo") == {"--format", "--force"}
    assert complete(script, "skdistill", "export", "--format", "o") == {"onnx"}
    assert complete(script, "skdistill", "compress", "--transfer", "m") == {"munge", "mixup"}
    assert complete(script, "skdistill", "report", "--calibration", "n") == {"none"}
    assert complete(script, "skdistill", "info", "ch") == {"churn.safetensors"}
