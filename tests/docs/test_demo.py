"""The demo runs the main workflow and reports its checks."""

from __future__ import annotations

import pytest

from orionclient.examples import demo


def test_the_demo_passes(capsys: pytest.CaptureFixture[str], real_time: None) -> None:
    assert demo.main() == 0
    shown = capsys.readouterr().out
    assert "BAD" not in shown
    assert "32 checks passed, 0 failed" in shown


def test_a_failed_check_ends_with_status_1(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object) -> None:
        return

    def fails(_: object, check: demo.Checks) -> None:
        check.expect(None, "water is dry")

    steps = (
        "transfer_file",
        "upload_dataset",
        "tag_and_link",
        "run_jobs",
        "watch_job",
        "search_molecules",
        "call_operations",
    )
    for name in (*steps, "rename_and_delete"):
        monkeypatch.setattr(demo, name, nothing)
    monkeypatch.setattr(demo, "show_identity", fails)
    assert demo.main() == 1
    shown = capsys.readouterr()
    assert "BAD  water is dry" in shown.out
    assert "failed: water is dry" in shown.err
