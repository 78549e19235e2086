"""Not a packet leaves this machine: a call is held in a network of its own, whose one way out counts what goes there."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NETWORK = """
set -e
ip link set lo up
ip link add way_out type veth peer name far_end
for end in way_out far_end; do echo 1 > /proc/sys/net/ipv6/conf/$end/disable_ipv6 2>/dev/null || true; done
ip addr add 192.168.77.2/24 dev way_out
ip link set way_out up
ip link set far_end up
ip route add default via 192.168.77.1 2>/dev/null || ip route add default dev way_out
exec "$@"
"""
CALL = """
import asyncio, json
from pathlib import Path
from tests.conversation.test_call import call_of, person_in, voice_like
from tests.fakes.layers import fake_layers

def counted():
    for line in Path("/proc/net/dev").read_text().splitlines():
        if line.strip().startswith("way_out:"):
            return int(line.split()[10])

async def main():
    layers = fake_layers(hears=["Hello."], answers=["Hello to you, too."])
    async with call_of(layers) as call, person_in(call) as person:
        await person.speak(voice_like(0.6))
        await person.event("conversation.utterance", role="replica")
    print(json.dumps({"left": counted()}))

asyncio.run(main())
"""
STRAY = """
import json, socket
from pathlib import Path
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"x", ("192.168.77.9", 9)); s.sendto(b"x", ("224.0.0.251", 5353))
for line in Path("/proc/net/dev").read_text().splitlines():
    if line.strip().startswith("way_out:"):
        print(json.dumps({"left": int(line.split()[10])}))
"""


def packets_that_left(program: str) -> int:
    unshare, ip = shutil.which("unshare"), shutil.which("ip")
    if unshare is None or ip is None:
        pytest.skip("needs unshare and ip (util-linux, iproute2) to make a network of its own")
    own = ["-n"] if os.geteuid() == 0 else ["-rn"]
    if subprocess.run([unshare, *own, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("this system lets its users make no network of their own")
    done = subprocess.run(
        [unshare, *own, "sh", "-c", NETWORK, "sh", sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    if "Unknown device type" in done.stderr:
        pytest.skip("this kernel has no virtual network devices")
    assert done.returncode == 0, done.stderr
    return int(json.loads(done.stdout)["left"])


def test_the_count_sees_what_leaves() -> None:
    assert packets_that_left(STRAY) > 0


def test_a_call_sends_nothing_out() -> None:
    assert packets_that_left(CALL) == 0
