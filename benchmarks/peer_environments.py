"""The environments that other programs are installed into, and how they are asked."""

import json
import os
import subprocess
import venv
from pathlib import Path
from typing import Any

import grouping

PEERS = {
    "jobspy": ("JobSpy 1.4.1", "python-jobspy==1.4.1"),
    "jobhive": ("jobhive 0.1.0", "jobhive-py[scrapers]==0.1.0"),
    "jobfunnel": ("JobFunnel 3.0.0", "jobfunnel==3.0.0"),
    "jobseek": ("jobseek", ""),
}
"""Name → what it is called, what pip is asked for ("" if it is no package)."""
_HERE = Path(__file__).resolve().parent


class Environments:
    """Where the peers are installed; `missing` tells why one is not."""

    def __init__(self, folder: Path):
        self._folder = folder
        self.missing: dict[str, str] = {}

    def install(self) -> None:
        """Make the environments that are not there yet."""
        for name, (_, package) in PEERS.items():
            if not package:
                self.missing[name] = "it is no package that pip could install"
                continue
            python = self._python(name)
            if (self._folder / name / "done").exists():
                continue
            try:
                venv.create(self._folder / name, with_pip=True, clear=True)
                ask = [python, "-m", "pip", "install", "-q", package]
                subprocess.run(ask, capture_output=True, text=True, check=True)
            except subprocess.CalledProcessError as error:
                self.missing[name] = (str(error.stderr or error).strip().splitlines())[-1]
            else:
                (self._folder / name / "done").touch()

    def _python(self, name: str) -> str:
        return str(self._folder / name / "bin" / "python")

    def ask(self, peer: str, task: str, given: Any) -> dict[str, Any] | None:
        """Return what a peer answers, None if it is not installed; a peer that fails is then missing."""
        if peer in self.missing:
            return None
        words = self._folder / "nltk" / "corpora" / "stopwords" / "english"  # JobFunnel would download them
        words.parent.mkdir(parents=True, exist_ok=True)
        words.write_text("\n".join(sorted(grouping._ENGLISH_STOP_WORDS)), encoding="utf-8")
        done = subprocess.run(
            [self._python(peer), str(_HERE / "peer_readers.py"), f"{task}-{peer}"],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            env={**os.environ, "NLTK_DATA": str(self._folder / "nltk")},
        )
        if done.returncode:
            self.missing[peer] = f"{task}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}"
            return None
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
