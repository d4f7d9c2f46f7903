"""`overlay explain`."""

from helpers import ROOT, overlay


def test_a_page_has_law_examples_and_source() -> None:
    text = overlay(ROOT, "explain", "argocd/wave-order").output
    assert text.startswith("argocd/wave-order (error)\n\nSync waves put")
    assert "Bad:" in text
    assert "Source:" in text


def test_an_unknown_check_is_met_with_the_nearest() -> None:
    done = overlay(ROOT, "explain", "argocd/waveorder")
    assert done.exit_code == 2
    assert "did you mean 'argocd/wave-order'?" in done.stderr
