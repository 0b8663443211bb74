"""Security NET-2, NET-4 and NET-11: which URLs, hosts and addresses are called."""

import random
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fedisw.net.address import AddressPolicy, RefusedAddress, is_global

STRICT = AddressPolicy(own_hosts=frozenset({"swork.example", "media.swork.example:8443"}))
DEVELOPMENT = AddressPolicy(allow_private=True, own_hosts=frozenset({"127.0.0.1:8081"}))

# First and last address of each refused range, written out by hand.
EDGES = [
    ("0.0.0.0", "0.255.255.255"),
    ("10.0.0.0", "10.255.255.255"),
    ("100.64.0.0", "100.127.255.255"),
    ("127.0.0.0", "127.255.255.255"),
    ("169.254.0.0", "169.254.255.255"),
    ("172.16.0.0", "172.31.255.255"),
    ("192.0.0.0", "192.0.0.255"),
    ("192.0.2.0", "192.0.2.255"),
    ("192.31.196.0", "192.31.196.255"),
    ("192.52.193.0", "192.52.193.255"),
    ("192.88.99.0", "192.88.99.255"),
    ("192.168.0.0", "192.168.255.255"),
    ("192.175.48.0", "192.175.48.255"),
    ("198.18.0.0", "198.19.255.255"),
    ("198.51.100.0", "198.51.100.255"),
    ("203.0.113.0", "203.0.113.255"),
    ("224.0.0.0", "239.255.255.255"),
    ("240.0.0.0", "255.255.255.255"),
    ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"),
    ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
]
INSIDE = [
    "169.254.169.254",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "::93.184.216.34",
    "::ffff:0:93.184.216.34",
    "64:ff9b::5db8:d822",
    "64:ff9b:1::5db8:d822",
    "2002:5db8:d822::1",
    "2001:0:5db8:d822::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "ff02::1",
    "100::1",
    "5f00::1",
]
ALLOWED = [
    "1.1.1.1",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.0.3.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2000::",
    "2001:200::",
    "2001:db7:ffff::",
    "2001:db9::",
    "2003::",
    "2606:2800:220:1::1",
    "2620:4f:8001::",
    "3ffe:ffff::",
    "3fff:1000::",
]


@pytest.mark.parametrize("address", [*(edge for pair in EDGES for edge in pair), *INSIDE])
def test_net4_an_address_in_a_refused_range_is_not_called(address):
    with pytest.raises(RefusedAddress):
        STRICT.check_address(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_net4_an_address_just_outside_is_called(address):
    STRICT.check_address(address)


@pytest.mark.parametrize("text", ["", "example.com", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "1.2.3.4.5"])
def test_net4_what_is_no_address_is_not_called(text):
    with pytest.raises(RefusedAddress):
        STRICT.check_address(text)


def refused_by_integers(value: int, version: int) -> bool:
    """The same table in other words: numbers, not networks."""
    if version == 4:
        first, second, third = value >> 24, value >> 16 & 255, value >> 8 & 255
        return (
            first in (0, 10, 127)
            or first >= 224
            or (first == 100 and 64 <= second < 128)
            or (first == 169 and second == 254)
            or (first == 172 and 16 <= second < 32)
            or (first == 192 and second == 168)
            or (first == 192 and (second, third) in {(0, 0), (0, 2), (31, 196), (52, 193), (88, 99), (175, 48)})
            or (first == 198 and second in (18, 19))
            or (first == 198 and (second, third) == (51, 100))
            or (first == 203 and (second, third) == (0, 113))
        )
    words = [value >> shift & 0xFFFF for shift in range(112, -1, -16)]
    return (
        not 0x2000 <= words[0] < 0x4000
        or (words[0] == 0x2001 and words[1] < 0x200)
        or (words[0] == 0x2001 and words[1] == 0xDB8)
        or words[0] == 0x2002
        or (words[0] == 0x3FFF and words[1] < 0x1000)
        or words[:3] == [0x2620, 0x4F, 0x8000]
    )


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_net4_random_v4_addresses_agree_with_a_second_table(value):
    assert is_global(IPv4Address(value)) is not refused_by_integers(value, 4)


@settings(deadline=None)
@given(st.one_of(st.integers(0, 2**128 - 1), st.integers(0x2000 << 112, (0x4000 << 112) - 1)))
@example(0x2620004F8000 << 80)
def test_net4_random_v6_addresses_agree_with_a_second_table(value):
    assert is_global(IPv6Address(value)) is not refused_by_integers(value, 6)


def test_net4_addresses_near_the_edges_agree_with_a_second_table():
    chance = random.Random(4)
    for pair in EDGES:
        for edge in pair:
            address = IPv6Address(edge) if ":" in edge else IPv4Address(edge)
            for _ in range(20):
                value = (int(address) + chance.randint(-300, 300)) % 2**address.max_prefixlen
                assert is_global(type(address)(value)) is not refused_by_integers(value, address.version)


@pytest.mark.parametrize(
    "url",
    [
        "http://alpha.example/",  # plain
        "ftp://alpha.example/",
        "file:///etc/passwd",
        "gopher://alpha.example/",
        "data:text/html,x",
        "//alpha.example/",
        "https:///x",
        "https://user@alpha.example/",
        "https://user:word@alpha.example/",
        "https://@alpha.example/",
        "https://alpha.example:8443/",  # port
        "https://alpha.example:80/",
        "https://alpha.example:99999/",
        "https://127.0.0.1/",  # literals
        "https://93.184.216.34/",
        "https://[::1]/",
        "https://[2606:2800:220:1::1]/",
        "https://[::ffff:93.184.216.34]/",
        "https://[fe80::1%25eth0]/",
        "https://127.1/",  # numeric forms
        "https://0x7f.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://017700000001/",
        "https://1.2.3.4.5/",
        "https://alpha.example.0x/",
        "https://①②⑦.0.0.1/",
        "https://localhost/",  # names
        "https://LOCALHOST./",
        "https://x.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://abc.onion/",
        "https://abc.i2p/",
        "https://alpha.test/",
        "https://intranet/",
        "https://alpha..example/",
        "https://-alpha.example/",
        "https://al_pha.example/",
        "https://alpha.example\\@evil.example/",
        "https://alpha.example /",
        "https://alpha.exa\tmple/",
        f"https://{'a' * 64}.example/",
        f"https://alpha.example/{'a' * 2048}",
        "https://swork.example/",  # ourselves
        "https://SWORK.example./",
        "https://media.swork.example/",
    ],
)
def test_net2_a_url_that_breaks_a_rule_is_refused(url):
    with pytest.raises(RefusedAddress):
        STRICT.check_url(url)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://alpha.example/users/a?b=c#d", "https://alpha.example"),
        ("https://ALPHA.example:443", "https://alpha.example"),
        ("https://bücher.example/", "https://xn--bcher-kva.example"),
        ("https://a.b-c.swork.example2/", "https://a.b-c.swork.example2"),
        ("https://1x.example/", "https://1x.example"),
    ],
)
def test_net2_a_plain_https_url_is_called(url, origin):
    assert str(STRICT.check_url(url)) == origin


def test_net2_a_port_of_the_setting_is_called():
    policy = AddressPolicy(ports=frozenset({443, 8443}))
    assert policy.check_url("https://alpha.example:8443/").authority == "alpha.example:8443"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:8080/",
        "https://[::1]:8080/",
        "https://localhost:1/",
        "https://x.localhost/",
        "https://alpha.test:444/",
        "https://127.0.0.1:8082/",
    ],
)
def test_net11_development_opens_literals_test_names_and_ports(url):
    DEVELOPMENT.check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "https://127.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://intranet/",
        "https://x.local/",
        "https://a.internal/",
        "https://127.0.0.1:8081/",
        "https://u@localhost/",
    ],
)
def test_net11_development_keeps_the_other_rules(url):
    with pytest.raises(RefusedAddress):
        DEVELOPMENT.check_url(url)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "::1", "fd00::1", "1.1.1.1"])
def test_net11_development_opens_private_addresses(address):
    DEVELOPMENT.check_address(address)


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "0.0.0.0", "::", "::ffff:127.0.0.1", "::127.0.0.1", "fe80::1", "224.0.0.1"]
)
def test_net11_development_opens_nothing_else(address):
    with pytest.raises(RefusedAddress):
        DEVELOPMENT.check_address(address)


def test_net11_plain_http_needs_its_own_switch():
    policy = AddressPolicy(allow_http=True)
    assert policy.check_url("http://alpha.example/").port == 80
    with pytest.raises(RefusedAddress):
        policy.check_url("http://alpha.example:8080/")
    with pytest.raises(RefusedAddress):
        policy.check_url("https://127.0.0.1/")


def test_an_injected_network_opens_only_itself():
    policy = AddressPolicy(also_allowed=(ip_network("127.0.0.0/8"),))
    policy.check_address("127.0.0.1")
    policy.check_url("https://alpha.test/")
    for address in ("10.0.0.1", "::1"):
        with pytest.raises(RefusedAddress):
            policy.check_address(address)
    for url in ("https://127.0.0.1/", "https://localhost/", "https://alpha.test:444/"):
        with pytest.raises(RefusedAddress):
            policy.check_url(url)
