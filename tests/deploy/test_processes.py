"""What the files in deploy/ start, starts, outside of containers; and numbers that must fit each other do."""

import sys
from pathlib import Path

import pytest

from app.settings import Settings
from app.settings.groups import ServerSettings, StoreSettings
from cluster.perch_process import REPOSITORY, PerchProcess, WorkProcess, run
from tests.deploy.deployed import PROFILES, UNITS, Deployed, deployed, of_kind, seconds, services, unit
from tests.deploy.dockerfile import health_check, image_variables, last
from tests.deploy.engines_of import on_engines_of_the_tests

NOT_SETTINGS = {"PATH", "PYTHONSAFEPATH", "PYTHONDONTWRITEBYTECODE"}
MIGRATE_SECONDS = 120.0
POSTGRES_CONNECTIONS = 100
"""PostgreSQL's default for `max_connections`."""

PROCESSES = deployed()
SHUTDOWN_SECONDS = ServerSettings().shutdown_seconds


@pytest.mark.parametrize("process", PROCESSES, ids=lambda each: each.source)
def test_its_variables_are_settings_with_values_that_make_sense(process: Deployed) -> None:
    variables = {name: value for name, value in process.environment.items() if name not in NOT_SETTINGS}
    assert set(variables) <= set(Settings.names())
    settings = Settings.from_environment(variables)
    assert settings.store.is_shared or process.source.startswith("systemd")


def test_each_file_has_all_roles() -> None:
    roles = {(process.source.split()[0], process.role) for process in PROCESSES}
    assert roles >= {(kind, role) for kind in ("compose", "kubernetes") for role in ("serve", "work", "migrate")}
    assert roles >= {("systemd", "serve"), ("systemd", "work")}


@pytest.mark.parametrize("process", PROCESSES, ids=lambda each: each.source)
@pytest.mark.engines
@pytest.mark.timeout(300)
def test_its_command_starts_on_real_engines(process: Deployed, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    given = {name: value for name, value in process.environment.items() if name not in ("PATH", "HOST")}
    variables = {
        **on_engines_of_the_tests(given, request, f"deploy_{process.source.replace(' ', '_').replace('-', '_')}"),
        "PORT": "0",
        "PYTHONPATH": str(REPOSITORY),
    }
    command = [sys.executable if Path(word).name == "python" else word for word in process.command]
    if process.role == "migrate":
        done = run(command, MIGRATE_SECONDS, variables)
        assert (done.returncode, done.stderr) == (0, "")
        return
    migrated = run([*command[:-1], "migrate"], MIGRATE_SECONDS, variables)
    assert migrated.returncode == 0, migrated.stderr
    kind = {"serve": PerchProcess, "work": WorkProcess}[process.role]
    with kind(tmp_path / "log", program=command, **variables) as running:
        for path in probes(process.role):
            assert running.call("GET", path)[0] == 200


def probes(role: str) -> set[str]:
    """The paths by which Kubernetes asks a process of this role how it is."""
    [pod] = [each["spec"]["template"] for each in of_kind("Deployment") if each["metadata"]["name"] == f"perch-{role}"]
    [container] = pod["spec"]["containers"]
    asked = [container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "readiness", "liveness")]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert {ports[each["port"]] for each in asked} == {int(image_variables()["PORT"])}
    return {each["path"] for each in asked}


def test_the_image_serves_and_its_health_check_tells_whether_it_does(tmp_path: Path) -> None:
    command = [sys.executable, *last("ENTRYPOINT").words()[1:], *last("CMD").words()]
    variables = {"DATABASE_URL": f"sqlite:///{tmp_path}/perch.db", "PORT": "0", "PYTHONPATH": str(REPOSITORY)}
    with PerchProcess(tmp_path / "log", program=command, **{**image_variables(), **variables}) as perch:
        check = {"PORT": str(perch.port)}
        assert run([sys.executable, *health_check()[1:]], 30, check).returncode == 0
    assert run([sys.executable, *health_check()[1:]], 30, check).returncode != 0


def test_every_stop_leaves_the_processes_the_time_that_they_take() -> None:
    for profile in PROFILES:
        times = [seconds(each["stop_grace_period"]) for each in services(profile).values() if each["image"] == "perch"]
        assert min(times) > SHUTDOWN_SECONDS
    for each in of_kind("Deployment"):
        pod = each["spec"]["template"]["spec"]
        [container] = pod["containers"]
        wait = container.get("lifecycle", {"preStop": {"exec": {"command": ["sleep", "0"]}}})["preStop"]["exec"][
            "command"
        ]
        assert pod["terminationGracePeriodSeconds"] > SHUTDOWN_SECONDS + float(wait[1])
    assert min(seconds(unit(path)["TimeoutStopSec"]) for path in UNITS) > SHUTDOWN_SECONDS


def test_all_pods_together_have_connections_to_postgresql_while_a_version_is_rolled_out() -> None:
    [settings], [scaler] = of_kind("ConfigMap"), of_kind("HorizontalPodAutoscaler")
    replicas = {"perch-serve": scaler["spec"]["maxReplicas"]}
    pods = 1
    for each in of_kind("Deployment"):
        surge = each["spec"]["strategy"]["rollingUpdate"]["maxSurge"]
        pods += replicas.get(each["metadata"]["name"], each["spec"].get("replicas", 0)) + surge
    connections = int(settings["data"]["DATABASE_CONNECTIONS"])
    assert connections == StoreSettings().database_connections
    assert pods * (connections + 1) <= POSTGRES_CONNECTIONS


def test_the_user_of_the_image_is_the_one_of_the_pods() -> None:
    user, group = map(int, last("USER").text.split(":"))
    for each in [*of_kind("Deployment"), *of_kind("Job")]:
        context = each["spec"]["template"]["spec"]["securityContext"]
        assert (context["runAsUser"], context["runAsGroup"], context["runAsNonRoot"]) == (user, group, True)
