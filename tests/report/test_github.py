"""Workflow commands: one a finding, escaped as GitHub reads them."""

from overlaykit.report import github
from overlaykit.validate import Result


def test_levels_places_and_titles(result: Result) -> None:
    first, _, _, info, summary = github.render(result).splitlines()
    assert first == (
        "::error file=base/a b.yaml,line=6,col=3,title=schema/invalid::unknown field 'x'"
        "%0Afix: write 'y' (dev, prod, Service/a)"
    )
    assert info.startswith("::notice ")
    assert summary.startswith("2 overlays, 3 objects: 2 errors, 1 warning, 1 info")


def test_text_cannot_end_the_command(result: Result) -> None:
    warning = github.render(result).splitlines()[2]
    assert '::50%25 of a,b: <c> & "d"\x00%0Anext%0Afix:' in warning


def test_a_property_cannot_begin_another(result: Result) -> None:
    from report.conftest import finding

    result.findings = [finding(file="a,line=1::b%.yaml")]
    line = github.render(result).splitlines()[0]
    assert line.startswith("::error file=a%2Cline=1%3A%3Ab%25.yaml,line=6,")
