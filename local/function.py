"""The environment that a deployed function has, for running it elsewhere."""

from local.deployment import Stack


def variables(stack: Stack, function: str) -> dict[str, str]:
    """Return a function's own variables and those that make the emulator its AWS.

    Args:
        stack: the deployed stack.
        function: the function's logical id in the template.
    """
    resource = stack.emulator.client("cloudformation").describe_stack_resource(
        StackName=stack.name, LogicalResourceId=function
    )
    name = resource["StackResourceDetail"]["PhysicalResourceId"]
    configuration = stack.emulator.client("lambda").get_function_configuration(
        FunctionName=name
    )
    declared: dict[str, str] = configuration["Environment"]["Variables"]
    own = {
        name: value
        for name, value in stack.emulator.environment.items()
        if name.startswith("AWS_")
    }
    return own | declared
