"""The zoo as a process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from mgllm.testing.zoo.__main__ import main
from mgllm.testing.zoo.animal import all_animals
from mgllm.testing.zoo.catalogue import markdown
from mgllm.testing.zoo.questions import INVENTED


def test_it_prints_its_url_and_serves_until_it_is_stopped() -> None:
    command = [sys.executable, "-m", "mgllm.testing.zoo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with urllib.request.urlopen(f"{url}/models", timeout=10) as answer:
            assert len(json.load(answer)["data"]) == len(all_animals())
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_it_prints_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--markdown"])
    assert capsys.readouterr().out == markdown(all_animals())


def test_it_writes_the_questions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--scenarios", str(tmp_path)])
    assert capsys.readouterr().out.split() == [str(tmp_path / f"{name}.yaml") for name in INVENTED]
    assert len(list((tmp_path / "items").iterdir())) == len(INVENTED)


def test_it_needs_no_pytest() -> None:
    code = "import sys; sys.modules['pytest'] = None; import mgllm.testing.zoo.__main__; print('fine')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "fine\n"
