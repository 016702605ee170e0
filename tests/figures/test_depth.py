"""The curves of signal and gradient are all there and are told."""

from xml.etree import ElementTree

from dscourse.figures.depth import Norms, norms_by_depth

NETWORKS = {
    "plain": Norms([1.0, 0.01, 1e-4], [1e-4, 0.01, 1.0]),
    "with shortcuts": Norms([1.0, 1.5, 2.0], [2.5, 1.5, 1.0]),
}


def test_both_panels_and_every_network_are_named():
    picture = norms_by_depth(NETWORKS)
    ElementTree.fromstring(picture.svg)
    for text in ("size of the signal", "size of the gradient", *NETWORKS):
        assert f">{text}<" in picture.svg


def test_the_description_says_where_each_curve_begins_and_ends():
    assert norms_by_depth(NETWORKS).alt == (
        "Depth 0 to 2. plain: signal 1 to 0.0001, gradient at the input 0.0001; "
        "with shortcuts: signal 1 to 2, gradient at the input 2.5."
    )


def test_curves_differ_in_colour_and_in_dash():
    svg = norms_by_depth(NETWORKS).svg
    assert svg.count("stroke: #3f7fbf") >= 2
    assert svg.count("stroke: #e0963a") >= 2
    assert "stroke-dasharray" in svg
