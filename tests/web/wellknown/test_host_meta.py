"""host-meta in both forms (federation, section 1.2; conformance 9)."""

from __future__ import annotations

from xml.etree import ElementTree

from tests.support.reading import Reader

TEMPLATE = "https://home.test/.well-known/webfinger?resource={uri}"


async def test_the_xml_form_leads_to_webfinger(here: Reader) -> None:
    response = await here.ask("/.well-known/host-meta", accept=None)
    assert response.headers["Content-Type"] == "application/xrd+xml; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=259200"
    root = ElementTree.fromstring(await response.text())
    (link,) = root.findall("{http://docs.oasis-open.org/ns/xri/xrd-1.0}Link")
    assert link.attrib == {"rel": "lrdd", "template": TEMPLATE}


async def test_the_json_form_does_too(here: Reader) -> None:
    response = await here.ask("/.well-known/host-meta.json")
    assert response.headers["Content-Type"].startswith("application/json")
    assert await response.json() == {"links": [{"rel": "lrdd", "template": TEMPLATE}]}
