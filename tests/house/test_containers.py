"""Containers run the very commands that bin/up runs, on the same engines."""

import json
import re

import pytest
import yaml

from caredesk import parts
from caredesk.engine_room import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
THERE = {"host": "0.0.0.0", "port": 8000, "data": "/data"}


@pytest.mark.parametrize("part", ["prepare", *parts.PARTS])
def test_a_container_has_the_command_of_its_part(part):
    assert SERVICES[part]["command"] == parts.command(part, **THERE)


def test_there_is_nothing_that_bin_up_does_not_run():
    assert set(SERVICES) == {"prepare", *parts.PARTS, "postgres", "valkey", "nginx"}
    assert {name for name, service in SERVICES.items() if "command" in service} == {"prepare", *parts.PARTS}


def test_the_engines_are_postgresql_18_and_valkey():
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["valkey"]["image"].startswith("valkey/valkey:")


def test_the_image_runs_web_as_nobody_in_particular_from_hashes():
    dockerfile = (ROOT / "Dockerfile").read_text()
    command = re.search(r"^CMD (\[.*\])$", dockerfile, re.MULTILINE)[1]
    assert json.loads(command) == parts.command("web", **THERE)
    assert "pip install --require-hashes -r requirements/base.txt" in dockerfile
    assert dockerfile.index("USER caredesk") < dockerfile.index("CMD")


def test_sockets_pass_nginx_and_it_tells_who_called():
    conf = (ROOT / "deploy/nginx.conf").read_text()
    assert f"server web:{THERE['port']};" in conf
    for header in ("Upgrade $http_upgrade", "Connection $connection_upgrade", "Host $http_host"):
        assert f"proxy_set_header {header};" in conf
    assert "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" in conf
    assert SERVICES["web"]["environment"]["CAREDESK_PROXY"] == "1"
    assert "location /api/v1/cti/ {\n        access_log off;" in conf, "its address holds a secret"
    assert conf.count("{") == conf.count("}")


def test_every_name_that_compose_refers_to_is_there():
    for service in SERVICES.values():
        assert set(service.get("depends_on", ())) <= set(SERVICES)
        volumes = [volume.split(":")[0] for volume in service.get("volumes", ())]
        assert all(name in COMPOSE["volumes"] or (ROOT / name).exists() for name in volumes)
