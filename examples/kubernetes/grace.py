"""Whether all that happens at a stop fits into the grace period: says so for each manifest, and fails if one does not.

usage: grace.py FILE...
"""

import sys

import yaml


def pod_of(manifest):
    spec = manifest["spec"]
    return spec["template"]["spec"] if "template" in spec else spec


def seconds_of(container):
    """The preStop hook's sleep, and rinit's own times."""
    hook = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    times = {variable["name"]: variable["value"] for variable in container.get("env", [])}
    ours = [times.get(f"RINIT_{name}", "0s") for name in ("STOP_DELAY", "STOP_TIMEOUT", "DRAIN")]
    return [hook] + [int(time.removesuffix("s")) for time in ours]


fit = True
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        pod = pod_of(yaml.safe_load(file))
    grace = pod.get("terminationGracePeriodSeconds", 30)
    for container in pod["containers"]:
        parts = seconds_of(container)
        print(f"{path}: {container['name']}: {' + '.join(map(str, parts))} = {sum(parts)} s, of {grace}")
        fit = fit and sum(parts) < grace
sys.exit(not fit)
