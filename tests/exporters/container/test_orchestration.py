"""compose.yaml and kubernetes.yaml, parsed and held against what a container can do without."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from exporters.container.facts import Facts
from exporters.container.orchestration import compose, kubernetes

FACTS = Facts.of("Bolts", "1" * 64, 1_000_000)
WORDS_OF_YAML = ("null", "true", "no", "on", "Off", "y", "nan", "e5")


def service(facts: Facts = FACTS) -> dict[str, Any]:
    """The one service of the compose file."""
    (found,) = yaml.safe_load(compose(facts))["services"].values()
    assert isinstance(found, dict)
    return found


def objects(facts: Facts = FACTS) -> dict[str, Any]:
    """What kubernetes.yaml makes, by kind."""
    return {item["kind"]: item for item in yaml.safe_load_all(kubernetes(facts))}


def pod() -> dict[str, Any]:
    """What the deployment starts."""
    found = objects()["Deployment"]["spec"]["template"]["spec"]
    assert isinstance(found, dict)
    return found


def test_compose_takes_every_right_away() -> None:
    found = service()
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert found["user"] == "10001:10001"
    assert not {"privileged", "cap_add", "volumes", "devices", "network_mode", "pid", "ipc"} & set(found)


def test_compose_limits_processes_memory_and_scratch_space() -> None:
    found = service()
    assert found["pids_limit"] == 256
    assert found["mem_limit"] == found["memswap_limit"] == "832m"
    assert found["tmpfs"] == ["/tmp:rw,noexec,nosuid,nodev,size=64m"]


def test_compose_opens_the_server_to_this_computer_alone_and_builds_the_folder() -> None:
    found = service()
    assert found["ports"] == ["127.0.0.1:8080:8080"]
    assert found["build"] == "."
    assert found["image"] == FACTS.image


def test_kubernetes_takes_every_right_away() -> None:
    context = pod()["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] == 10001
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = pod()["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod()["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod())


def test_kubernetes_limits_and_probes() -> None:
    (container,) = pod()["containers"]
    resources = container["resources"]
    assert resources["limits"]["memory"] == "832Mi"
    assert resources["limits"]["cpu"] == "4"
    assert resources["requests"]["memory"] == "192Mi"
    assert {f"{name}Probe" for name in ("startup", "readiness", "liveness")} <= set(container)
    assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
    assert container["ports"] == [{"name": "http", "containerPort": 8080}]


def test_nothing_gets_out_and_only_the_server_is_reached() -> None:
    policy = objects()["NetworkPolicy"]["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert policy["egress"] == []
    assert policy["ingress"] == [{"ports": [{"protocol": "TCP", "port": "http"}]}]


def test_service_and_policy_mean_the_pods_of_the_deployment() -> None:
    found = objects()
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    chosen = [
        found["Deployment"]["spec"]["selector"]["matchLabels"],
        found["Service"]["spec"]["selector"],
        found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
    ]
    assert all(selector.items() <= labels.items() for selector in chosen)


def test_scratch_space_is_in_memory_and_mounted() -> None:
    (container,) = pod()["containers"]
    assert container["volumeMounts"] == [{"name": "scratch", "mountPath": "/tmp"}]
    assert pod()["volumes"] == [{"name": "scratch", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}}]


@pytest.mark.parametrize("title", WORDS_OF_YAML)
def test_names_that_yaml_reads_otherwise_stay_names(title: str) -> None:
    facts = Facts.of(title, "1" * 64, 1)
    assert yaml.safe_load(compose(facts))["name"] == title.lower()
    found = objects(facts)
    assert {item["metadata"]["name"] for item in found.values()} == {title.lower()}
    assert found["Deployment"]["metadata"]["labels"]["app.kubernetes.io/version"] == "1" * 12


def test_the_token_comes_from_a_secret_that_may_be_absent() -> None:
    (container,) = pod()["containers"]
    (variable,) = container["env"]
    assert variable["name"] == "AUTODIDACT_TOKEN"
    assert variable["valueFrom"]["secretKeyRef"] == {"name": "bolts-token", "key": "token", "optional": True}
    assert service()["environment"] == {"AUTODIDACT_TOKEN": "${TOKEN:-}"}
