"""The template, deployed by the SAM CLI to an emulator."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import yaml

from local import checkout
from local.emulator import REGION, Emulator, running_emulator
from local.errors import DeploymentError, NotBuiltError

STACK_NAME: Final = "apikeys"

# Short times, so that nobody waits for a change to take effect.
_PARAMETERS: Final = MappingProxyType(
    {
        "Architecture": checkout.ARCHITECTURE,
        "RecordTtlSeconds": "2",
        "UnknownTtlSeconds": "2",
        "AuthorizerCacheSeconds": "2",
        "ExpiryNoticeSchedule": "rate(1 minute)",
        "ExampleApi": "true",
        "LegacyKeys": "ontopop",
    }
)
_BUCKET: Final = "deployments"

# The emulator refuses a template with these; it passes on a route's answer without.
_UNKNOWN_TO_THE_EMULATOR: Final = ("AWS::ApiGatewayV2::RouteResponse",)


class Stack(NamedTuple):
    """A deployed stack and the emulator that it lives in."""

    emulator: Emulator
    name: str
    outputs: Mapping[str, str]

    @property
    def admin_function(self) -> str:
        """The name of the admin function."""
        return self.outputs["AdminFunctionName"]

    @property
    def example_url(self) -> str:
        """Where the example API answers on this machine."""
        api = self.outputs["ExampleApiId"]
        return f"{self.emulator.endpoint}/restapis/{api}/example/_user_request_"

    def local_url(self, output: str) -> str:
        """Return where an API answers on this machine, by the output of its address."""
        address = urlsplit(self.outputs[output])
        api = str(address.hostname).partition(".")[0]
        return f"{self.emulator.endpoint}/_aws/execute-api/{api}{address.path}"


def parameter_names() -> list[str]:
    """Return the names of the built template's parameters.

    Raises:
        NotBuiltError: there is none.
    """
    return list(built_template()["Parameters"])


def reads_ontopops_own(parameters: Mapping[str, str]) -> bool:
    """Return whether a stack with these parameters reads OntoPop's own records."""
    return _chosen(parameters)["LegacyKeys"] == "ontopop"


def _chosen(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return parameters, with the local stack's own as defaults."""
    own = dict(_PARAMETERS)
    if parameters.get("RecordStore") == "dynamodb":
        # OntoPop's own records are secrets.
        own["LegacyKeys"] = "imported"
    return own | dict(parameters)


def deploy(
    emulator: Emulator,
    stack_name: str = STACK_NAME,
    parameters: Mapping[str, str] = MappingProxyType({}),
) -> Stack:
    """Deploy the built template, as a new stack or over an earlier deployment.

    Two stacks in one emulator need different names, as in one AWS account: give the
    second one other prefixes and another RolesSecretName.

    Raises:
        LocalError: with the end of the SAM CLI's output.
    """
    built = built_template()
    _make_bucket(emulator)
    # All of them: CloudFormation would keep those of an earlier deployment.
    chosen = _defaults(built) | _chosen(parameters)
    with emulated(built, chosen) as template:
        _sam_deploy(emulator, stack_name, template, chosen)
    return Stack(emulator, stack_name, _outputs(emulator, stack_name))


@contextmanager
def running_stack(
    name: str, parameters: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Stack]:
    """Deploy to an emulator started for it, which stops at the end.

    The name says who uses it, for the emulator's folder.
    """
    with running_emulator(name) as emulator:
        yield deploy(emulator, STACK_NAME, parameters)


def _make_bucket(emulator: Emulator) -> None:
    s3 = emulator.client("s3")
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(
            Bucket=_BUCKET,
            CreateBucketConfiguration={"LocationConstraint": REGION},
        )


def built_template() -> dict[str, Any]:
    """Return the template that the build wrote.

    Raises:
        NotBuiltError: there is none.
    """
    if not checkout.BUILT_TEMPLATE.exists():
        raise NotBuiltError
    found: dict[str, Any] = yaml.safe_load(checkout.BUILT_TEMPLATE.read_text())
    return found


def _defaults(template: dict[str, Any]) -> dict[str, str]:
    return {
        name: str(parameter["Default"])
        for name, parameter in template["Parameters"].items()
    }


@contextmanager
def emulated(template: dict[str, Any], parameters: Mapping[str, str]) -> Iterator[Path]:
    """Write the built template in a form that the emulator can deploy.

    MiniStack 1.5 expands a SAM template without the parameters' values: the example
    API's authorizer would cache for as long as the default says. So the values become
    the defaults.
    """
    for name, value in parameters.items():
        template["Parameters"][name]["Default"] = value
    template["Resources"] = {
        name: resource
        for name, resource in template["Resources"].items()
        if resource["Type"] not in _UNKNOWN_TO_THE_EMULATOR
    }
    # Next to the built one, whose paths to the packages are relative.
    with NamedTemporaryFile(
        "w", dir=checkout.BUILT_TEMPLATE.parent, suffix=".json"
    ) as file:
        json.dump(template, file)
        file.flush()
        yield Path(file.name)


def _sam_deploy(
    emulator: Emulator, stack_name: str, template: Path, parameters: Mapping[str, str]
) -> None:
    command = [
        str(checkout.SAM),
        "deploy",
        f"--template-file={template}",
        f"--stack-name={stack_name}",
        f"--s3-bucket={_BUCKET}",
        "--capabilities=CAPABILITY_IAM",
        "--no-confirm-changeset",
        "--no-fail-on-empty-changeset",
        "--no-progressbar",
        "--parameter-overrides",
        # Quoted, since the SAM CLI would take a value apart at its spaces.
        *(f'{name}="{value}"' for name, value in parameters.items()),
    ]
    answer = subprocess.run(
        command,
        check=False,
        cwd=emulator.folder,  # away from samconfig.toml
        env=emulator.environment,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    if answer.returncode:
        raise DeploymentError(stack_name, answer.stdout, emulator.log)


def _outputs(emulator: Emulator, stack_name: str) -> dict[str, str]:
    answer = emulator.client("cloudformation").describe_stacks(StackName=stack_name)
    outputs = answer["Stacks"][0]["Outputs"]
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}
