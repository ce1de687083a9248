"""The example for the proxy in front: nginx takes it, and it says what our own settings want."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from crash.servers import Tls

from verifier import messages

EXAMPLE = Path(__file__).parents[2] / "examples" / "settings" / "nginx-verifier.conf"


def test_nginx_takes_it(tmp_path: Path) -> None:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed")
    tls = Tls.make(tmp_path / "tls")
    text = EXAMPLE.read_text()
    text = re.sub(r"/etc/ssl/regie/\S+\.pem", tls.certificate, text)
    text = re.sub(r"/etc/ssl/regie/\S+\.key", tls.key, text)
    temporary = "".join(
        f"{name}_temp_path {tmp_path}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ {temporary}\n{text} }}"
    )
    words = [nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_it_lets_through_what_a_wallet_may_send() -> None:
    text = EXAMPLE.read_text()
    (size,) = re.findall(r"^ {4}client_max_body_size\s+(\d+)k;", text, re.MULTILINE)
    assert int(size) * 1024 >= messages.MAX_RESPONSE
    assert "access_log off" in text
    # What a visitor writes in that header never reaches us.
    assert re.search(r"X-Forwarded-For\s+\$remote_addr;", text)
