"""The template as it is deployed: SAM expanded, parameters and intrinsics resolved."""

import re
from typing import TYPE_CHECKING, Any, Final

from tests.templates import OURS, expanded

if TYPE_CHECKING:
    from collections.abc import Callable

REGION: Final = "eu-west-1"
ACCOUNT: Final = "123456789012"
STACK: Final = "teststack"

_NOTHING: Final = object()


def render(partition: str = "aws", **chosen: str) -> "Rendered":
    """Return the template with these parameters, and the defaults of the others."""
    values: dict[str, Any] = {
        "AWS::NoValue": _NOTHING,
        "AWS::Partition": partition,
        "AWS::Region": REGION,
        "AWS::AccountId": ACCOUNT,
        "AWS::StackName": STACK,
        "AWS::URLSuffix": "amazonaws.com",
    }
    assert chosen.keys() <= parameters().keys()
    for name, definition in parameters().items():
        value = chosen.get(name, str(definition["Default"]))
        is_list = definition["Type"] == "CommaDelimitedList"
        values[name] = value.split(",") if is_list else value
    # SAM itself looks at this one, while it expands the template.
    deployment = f"Deployment={values['Deployment']}"
    return Rendered(expanded(OURS, deployment), values)


def parameters() -> dict[str, dict[str, Any]]:
    """Return the definitions of the parameters."""
    definitions: dict[str, dict[str, Any]] = expanded()["Parameters"]
    return definitions


def parameter_groups() -> list[dict[str, Any]]:
    """Return how the console groups the parameters."""
    interface = expanded()["Metadata"]["AWS::CloudFormation::Interface"]
    groups: list[dict[str, Any]] = interface["ParameterGroups"]
    return groups


class Rendered:
    """What would be deployed."""

    def __init__(self, template: dict[str, Any], values: dict[str, Any]) -> None:
        self._conditions = template["Conditions"]
        self._kinds = {
            name: resource["Type"] for name, resource in template["Resources"].items()
        }
        self._values = values
        self.resources = self._resolved_section(template["Resources"])
        self.outputs = self._resolved_section(template["Outputs"])
        self.violations = [
            assertion["AssertDescription"]
            for rule in template["Rules"].values()
            if self._resolve(rule.get("RuleCondition", True))
            for assertion in rule["Assertions"]
            if not self._resolve(assertion["Assert"])
        ]

    def properties(self, name: str) -> dict[str, Any]:
        """Return the properties of one resource."""
        properties: dict[str, Any] = self.resources[name]["Properties"]
        return properties

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the properties of all resources of a type."""
        return {
            name: resource["Properties"]
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }

    def _resolved_section(self, section: dict[str, Any]) -> dict[str, Any]:
        return {
            name: self._resolve(entry)
            for name, entry in section.items()
            if "Condition" not in entry or self._holds(entry["Condition"])
        }

    def _holds(self, condition: str) -> bool:
        return bool(self._resolve(self._conditions[condition]))

    def _resolve(self, node: Any) -> Any:
        if isinstance(node, list):
            items = [self._resolve(item) for item in node]
            return [item for item in items if item is not _NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            [(function, argument)] = node.items()
            names_condition = function == "Condition" and isinstance(argument, str)
            if function == "Ref" or function.startswith("Fn::") or names_condition:
                return self._call(function, argument)
        entries = {name: self._resolve(value) for name, value in node.items()}
        return {name: value for name, value in entries.items() if value is not _NOTHING}

    def _call(self, function: str, argument: Any) -> Any:
        functions: dict[str, Callable[[Any], Any]] = {
            "Ref": lambda name: self._values.get(name, name),
            "Fn::GetAtt": lambda pair: self._attribute(*pair),
            "Fn::Sub": self._substitute,
            "Fn::If": lambda choice: self._resolve(
                choice[1] if self._holds(choice[0]) else choice[2]
            ),
            "Fn::Join": lambda pair: pair[0].join(self._resolve(pair[1])),
            "Fn::Equals": lambda pair: (
                len({str(one) for one in self._resolve(pair)}) == 1
            ),
            "Fn::Not": lambda single: not self._resolve(single)[0],
            "Fn::And": lambda several: all(self._resolve(several)),
            "Fn::Or": lambda several: any(self._resolve(several)),
            "Condition": self._holds,
        }
        return functions[function](argument)

    def _attribute(self, name: str, attribute: str) -> str:
        """Return an attribute; ARNs in AWS's form where a test looks inside."""
        match self._kinds[name], attribute:
            case "AWS::Logs::LogGroup", "Arn":
                return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*"
            case "AWS::Lambda::Function", "Arn":
                return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
        return f"{name}.{attribute}"

    def _substitute(self, argument: Any) -> str:
        text, local = (argument, {}) if isinstance(argument, str) else argument
        local = self._resolve(local)

        def replacement(match: re.Match[str]) -> str:
            name, _, attribute = match[1].partition(".")
            if attribute:
                return self._attribute(name, attribute)
            return str(local.get(name, self._values.get(name, name)))

        return re.sub(r"\$\{([^}]+)\}", replacement, text)
